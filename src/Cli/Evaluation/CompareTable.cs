using LmDeploy.Cli.Output;
using LmDeploy.Evaluation;
using LmDeploy.Words;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Shows models side by side.</summary>
internal static class CompareTable
{
    private const string Unknown = "-";

    private static readonly string[] _columns =
    [
        "MODEL", "ARCHITECTURE", "PARAMETERS", "RIGHT", "CUT", "ANSWER PPL", "LOAD", "TTFT", "TOKENS/S", "PEAK", "GIVEN BACK", "DISPOSE", "VERDICT",
    ];

    /// <summary>The column of cut answers is only shown when a scored answer was cut.</summary>
    public static void Write(Terminal terminal, ComparisonResult result)
    {
        var left = result.Scorers.Count > 0 && result.Models.Any(model => model.CutAnswers > 0) ? -1 : Array.IndexOf(_columns, "CUT");
        Listing.WriteToFit(terminal, Without(_columns), [.. result.Models.Select(model => Without(ToRow(result, model)))]);

        string[] Without(string[] cells) => [.. cells.Where((_, column) => column != left)];
    }

    private static string[] ToRow(ComparisonResult result, ModelOutcome model) =>
    [
        model.Name,
        model.Info?.Architecture ?? Unknown,
        model.Info is { } info ? Units.Format($"{info.Parameters:N0}") : Unknown,
        result.Correct(model) is { } correct ? Units.Format($"{correct}/{result.Questions(model)}") : Unknown,
        Units.Format($"{model.CutAnswers}"),
        model.Metrics.GetValueOrDefault(Scorer.Perplexity.Name) is { } perplexity ? Units.Format($"{perplexity.Value:0.0000}") : Unknown,
        model.LoadTime is { } load ? Units.Format($"{load.TotalSeconds:0.00} s") : Unknown,
        model.Speed?.TimeToFirstToken is { } first ? Units.Format($"{first.TotalMilliseconds:0.0} ms") : Unknown,
        model.Speed is { } speed ? Units.Format($"{speed.TokensPerSecond:0}") : Unknown,
        model.Receipt is { } peak ? $"{Units.Bytes(peak.PeakBytes)} {EnumWords.Of(peak.Memory)}" : Unknown,
        model.Receipt is { } back ? Units.Bytes(back.ReclaimedBytes) : Unknown,
        model.Receipt is { } receipt ? Units.Format($"{receipt.ReclaimTime.TotalMilliseconds:0} ms") : Unknown,
        Verdict(model),
    ];

    private static string Verdict(ModelOutcome model)
    {
        var receipt = model.Receipt?.Verdict.ToString();
        return model.Failure() is not { } error ? receipt ?? Unknown : receipt is null ? $"error: {error.Code}" : $"error: {error.Code}; {receipt}";
    }
}
