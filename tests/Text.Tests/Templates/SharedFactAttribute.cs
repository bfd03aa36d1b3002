using System.Runtime.CompilerServices;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>A test of data in <see cref="SharedData"/>; skipped where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = SharedData.Missing;
}
