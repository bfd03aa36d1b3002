namespace LmDeploy.Engine.Tests;

/// <summary>Whether the long form of the tests runs: LMDEPLOY_SOAK is set (<c>./run.sh test --soak</c>).</summary>
internal static class Soak
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("LMDEPLOY_SOAK") is { Length: > 0 };

    /// <summary>The number for the form that runs.</summary>
    public static int Pick(int brief, int soak) => IsOn ? soak : brief;
}
