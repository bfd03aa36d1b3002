namespace LmDeploy.EndToEnd.Tests;

/// <summary>Tests with parameters that wait for a long time; skipped in the short form (<see cref="Soak"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoakTheoryAttribute : TheoryAttribute
{
    public SoakTheoryAttribute() => Skip = Soak.Skip;
}
