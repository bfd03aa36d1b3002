using System.Runtime.CompilerServices;

namespace LmDeploy.EndToEnd.Tests;

/// <summary>A test that waits for a long time; skipped in the short form (<see cref="Soak"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = Soak.Skip;
}
