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

    /// <summary>A new user namespace with the rights is no help: the server is outside.</summary>
    private static bool MayHaveNetworks()
    {
        try
        {
            using var probe = Process.Start("unshare", ["--net", "ip", "link", "add", "type", "veth"]);
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
