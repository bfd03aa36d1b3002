using LmDeploy.Cli.Output;
using LmDeploy.Evaluation;
using LmDeploy.Reports;
using LmDeploy.Words;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Shows models side by side: figures with their intervals, the judge's win rates, and what is significant.</summary>
internal static class CompareTable
{
    private const string Unknown = "-";

    private static readonly string[] _judgedColumns = ["FIRST", "SECOND", "WIN RATE", "WINS", "LOSSES", "TIES", "NOT JUDGED", "P"];

    public static void Write(Terminal terminal, ComparisonResult result)
    {
        List<(string Title, Func<ModelOutcome, string> Show)> columns = [.. Columns(result)];
        Listing.WriteToFit(
            terminal, [.. columns.Select(column => column.Title)],
            [.. result.Models.Select(model => (string[])[.. columns.Select(column => column.Show(model))])]);
        if (result.Judgements.Count > 0)
        {
            Listing.WriteToFit(terminal, _judgedColumns, [.. result.Judgements.Select(ToRow)]);
        }

        foreach (var finding in ComparisonReport.ToFindings(result))
        {
            terminal.Out.WriteLine(Terminal.Printable($"{finding}."));
        }

        if (result.LeftOut > 0)
        {
            terminal.Out.WriteLine(Units.Format($"{result.LeftOut} questions of the dataset could not be used."));
        }

        if (result.Differences.Count + result.Judgements.Count is > 1 and var tests)
        {
            terminal.Out.WriteLine(Units.Format($"P-values are not corrected for {tests} comparisons."));
        }
    }

    /// <summary>Right answers are counted where every score is 0 or 1, and cut ones shown where there are any.</summary>
    private static IEnumerable<(string Title, Func<ModelOutcome, string> Show)> Columns(ComparisonResult result)
    {
        yield return ("MODEL", model => model.Name);
        yield return ("ARCHITECTURE", model => model.Info?.Architecture ?? Unknown);
        yield return ("PARAMETERS", model => model.Info is { } info ? Units.Format($"{info.Parameters:N0}") : Unknown);
        if (result.Models.Any(model => result.Correct(model) is not null) && result.CountsRight())
        {
            yield return ("RIGHT", model => result.Correct(model) is { } correct ? Units.Format($"{correct}/{result.Questions(model)}") : Unknown);
        }

        foreach (var scorer in result.Scorers)
        {
            yield return (scorer, model => ToText(model.Metrics.GetValueOrDefault(scorer)));
        }

        if (result.Scorers.Count > 0 && result.Models.Any(model => model.CutAnswers > 0))
        {
            yield return ("CUT", model => Units.Format($"{model.CutAnswers}"));
        }

        yield return ("LOAD", model => model.LoadTime is { } load ? Units.Format($"{load.TotalSeconds:0.00} s") : Unknown);
        yield return ("TTFT", model => model.Speed?.TimeToFirstToken is { } first ? Units.Format($"{first.TotalMilliseconds:0.0} ms") : Unknown);
        yield return ("TOKENS/S", model => model.Speed is { } speed ? Units.Format($"{speed.TokensPerSecond:0}") : Unknown);
        yield return ("PEAK", model => model.Receipt is { } peak ? $"{Units.Bytes(peak.PeakBytes)} {EnumWords.Of(peak.Memory)}" : Unknown);
        yield return ("GIVEN BACK", model => model.Receipt is { } back ? Units.Bytes(back.ReclaimedBytes) : Unknown);
        yield return ("DISPOSE", model => model.Receipt is { } receipt ? Units.Format($"{receipt.ReclaimTime.TotalMilliseconds:0} ms") : Unknown);
        yield return ("VERDICT", Verdict);
    }

    private static string[] ToRow(ModelJudgement judgement)
    {
        var rate = judgement.WinRate;
        return
        [
            judgement.First, judgement.Second, ToText(rate.Value, rate.Interval), Units.Format($"{rate.Wins}"), Units.Format($"{rate.Losses}"),
            Units.Format($"{rate.Ties}"), Units.Format($"{rate.NotJudged}"), double.IsNaN(rate.PValue) ? Unknown : Units.Format($"{rate.PValue:0.000}"),
        ];
    }

    private static string ToText(Metric? metric) => metric is null ? Unknown : ToText(metric.Value, metric.Interval);

    private static string ToText(double value, Interval interval) =>
        double.IsNaN(value) ? Unknown : Units.Format($"{value:0.0000} [{interval.Low:0.0000}, {interval.High:0.0000}]");

    private static string Verdict(ModelOutcome model)
    {
        var receipt = model.Receipt?.Verdict.ToString();
        return model.Failure() is not { } error ? receipt ?? Unknown : receipt is null ? $"error: {error.Code}" : $"error: {error.Code}; {receipt}";
    }
}
