using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Shows models side by side.</summary>
internal static class CompareTable
{
    private const string Unknown = "-";

    private static readonly string[] _columns =
    [
        "MODEL", "ARCHITECTURE", "PARAMETERS", "RIGHT", "ANSWER PPL", "LOAD", "TTFT", "TOKENS/S", "PEAK", "GIVEN BACK", "DISPOSE", "VERDICT",
    ];

    public static void Write(Terminal terminal, IReadOnlyList<ModelResult> results) =>
        Listing.WriteToFit(terminal, _columns, [.. results.Select(ToRow)]);

    private static string[] ToRow(ModelResult result) =>
    [
        Path.GetFileName(Path.TrimEndingDirectorySeparator(result.Model)),
        result.Info?.Architecture ?? Unknown,
        result.Info is { } info ? Units.Format($"{info.Parameters:N0}") : Unknown,
        result.Quality is { } quality ? Units.Format($"{quality.Correct}/{quality.Questions}") : Unknown,
        result.Quality is { } scored ? Units.Format($"{scored.AnswerPerplexity:0.0000}") : Unknown,
        result.LoadTime is { } load ? Units.Format($"{load.TotalSeconds:0.00} s") : Unknown,
        result.Speed is { } first ? Units.Format($"{first.TimeToFirstToken:0.0} ms") : Unknown,
        result.Speed is { } speed ? Units.Format($"{speed.TokensPerSecond:0}") : Unknown,
        result.Receipt is { } peak ? $"{Units.Bytes(peak.PeakBytes)} {peak.Memory}" : Unknown,
        result.Receipt is { } back ? Units.Bytes(back.ReclaimedBytes) : Unknown,
        result.Receipt is { } receipt ? Units.Format($"{receipt.Milliseconds:0} ms") : Unknown,
        Verdict(result),
    ];

    private static string Verdict(ModelResult result)
    {
        var receipt = result.Receipt?.Verdict.ToString();
        return result.Error is not { } error ? receipt ?? Unknown : receipt is null ? $"error: {error.Code}" : $"error: {error.Code}; {receipt}";
    }
}
