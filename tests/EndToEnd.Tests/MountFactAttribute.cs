using System.Globalization;
using System.Runtime.CompilerServices;

namespace LmDeploy.EndToEnd.Tests;

/// <summary>A test that mounts a file system; skipped where the user may not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    private const int MountCapability = 21; // CAP_SYS_ADMIN

    public MountFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = MayMount() ? null : "mounts a small file system, which this user may not";

    private static bool MayMount()
    {
        const string Key = "CapEff:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Key, StringComparison.Ordinal));
        return ((ulong.Parse(line[Key.Length..].Trim(), NumberStyles.HexNumber) >> MountCapability) & 1) != 0;
    }
}
