namespace LmDeploy.Tests.Soaks;

/// <summary>Whether the long form of the tests runs: LMDEPLOY_SOAK is set (<c>./run.sh test --soak</c>).</summary>
internal static class Soak
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("LMDEPLOY_SOAK") is { Length: > 0 };

    /// <summary>Why a test of the long form alone is skipped; null when it runs.</summary>
    public static string? Skip => IsOn ? null : "takes minutes; ./run.sh test --soak runs it";

    /// <summary>The number for the form that runs.</summary>
    public static int Pick(int brief, int soak) => IsOn ? soak : brief;
}
