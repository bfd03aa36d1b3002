namespace LmDeploy.EndToEnd.Tests;

/// <summary>A test that waits for a long time; skipped unless LMDEPLOY_SOAK is set (<c>./run.sh test --soak</c>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute() =>
        Skip = Environment.GetEnvironmentVariable("LMDEPLOY_SOAK") is { Length: > 0 } ? null : "takes minutes; ./run.sh test --soak runs it";
}
