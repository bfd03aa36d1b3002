using System.Runtime.CompilerServices;
using LmDeploy.Text.Tests.Templates;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>A theory on data beside the repository; skipped where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = SharedData.Missing;
}
