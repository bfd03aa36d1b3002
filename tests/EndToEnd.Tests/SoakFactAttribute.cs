namespace LmDeploy.EndToEnd.Tests;

/// <summary>A test that waits for a long time; skipped in the short form (<see cref="Soak"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute() => Skip = Soak.Skip;
}
