using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>A test with a network namespace of its own (veth); skipped where the user may not have one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = MayHaveNetworks() ? null : "wants a network namespace with a veth, which this user may not have";

    /// <summary>Tries all that the test needs: a name for the namespace, and a cable from the host into it.</summary>
    private static bool MayHaveNetworks()
    {
        var name = $"lmdp{Environment.ProcessId}";
        try
        {
            var make = $"ip netns add {name} && ip link add {name} type veth peer name client0 netns {name}";
            using var probe = Process.Start("sh", ["-c", $"exec 2>/dev/null; {make}; e=$?; ip netns delete {name}; exit $e"]);
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
