using LmDeploy.Worker.Tests.Templates;

namespace LmDeploy.Worker.Tests.Tokenization;

/// <summary>A theory on data beside the repository; skipped where that is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute() => Skip = SharedData.Missing;
}
