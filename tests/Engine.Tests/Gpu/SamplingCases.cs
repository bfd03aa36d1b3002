using LmDeploy.Engine.Sampling;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>Ways to draw a token, with many seeds each.</summary>
internal static class SamplingCases
{
    private const int Seeds = 40;

    private static readonly SamplingParameters[] Parameters =
    [
        new() { DoSample = true, Temperature = 1, TopK = 40, TopP = 1 },
        new() { DoSample = true, Temperature = 0.7, TopK = 20, TopP = 0.9 },
        new() { DoSample = true, Temperature = 1.5, TopK = 5, TopP = 1, MinP = 0.05 },
        new() { DoSample = true, Temperature = 1, TopK = 10, TopP = 0.95, RepetitionPenalty = 1.2, PresencePenalty = 0.5, FrequencyPenalty = 0.3 },
        new() { DoSample = true, Temperature = 1, TopK = 0, TopP = 0.8 },
        new() { DoSample = false, RepetitionPenalty = 1.3 },
    ];

    /// <param name="context">The tokens before the one that is drawn.</param>
    public static IEnumerable<SamplingRow> Rows(IReadOnlyList<int> context) =>
        from parameters in Parameters
        from seed in Enumerable.Range(0, Seeds)
        select new SamplingRow(parameters with { Seed = (ulong)seed }, context, context.Count / 2);
}
