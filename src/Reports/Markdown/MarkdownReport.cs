using System.Text;
using LmDeploy.Evaluation;
using LmDeploy.Reports.Provenance;
using LmDeploy.Words;

namespace LmDeploy.Reports.Markdown;

/// <summary>Tables that GitHub and notebooks show.</summary>
internal static class MarkdownReport
{
    public static string Write(ComparisonResult result)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"# {Text(result.Title)}\n\n"));
        foreach (var (i, finding) in ComparisonReport.ToFindings(result).Index())
        {
            text.Append(Invariant($"{(i == 0 ? $"**{Text(finding)}.**" : $"{Text(finding)}.")}\n\n"));
        }

        text.Append(Invariant($"{result.Started.UtcDateTime:yyyy-MM-dd HH:mm} UTC. "));
        text.Append(Invariant($"Intervals: {result.Confidence:0.##%} bootstrap over the questions.\n\n"));
        AddTable(
            text,
            ["model", "architecture", "parameters", .. result.Scorers, "load", "first token", "tokens/s", "peak", "given back", "verdict"],
            result.Models.Select(model => Row(result, model)));
        AddCategories(text, result);
        AddDifferences(text, result);
        AddJudgements(text, result);
        if (result.Differences.Count + result.Judgements.Count is > 1 and var tests)
        {
            text.Append(Invariant($"\nP-values are not corrected for {tests} comparisons.\n"));
        }

        foreach (var model in result.Models.Where(model => model.Error is not null))
        {
            text.Append(Invariant($"\n**{Text(model.Name)} failed** ({model.Error!.Code}): {Text(model.Error.Message)}\n"));
        }

        foreach (var model in result.Models.Where(model => result.Scorers.Count > 0 && model.CutAnswers > 0))
        {
            text.Append(Invariant($"\n{Text(model.Name)}: {model.CutAnswers} of {model.Items.Count} answers were cut by the limit of tokens.\n"));
        }

        foreach (var model in result.Models.Where(model => model.Crashes.Count > 0))
        {
            text.Append(Invariant($"\n{Text(model.Name)}: {model.Crashes.Count} workers died meanwhile and were replaced; the times have that in them.\n"));
        }

        text.Append("\n## How this was measured\n\n");
        AddTable(text, ["", ""], ComparisonProvenance.Of(result).Select(known => (string[])[known.Label, known.Value]));

        return text.ToString();
    }

    private static string[] Row(ComparisonResult result, ModelOutcome model) =>
    [
        model.Name,
        model.Info?.Architecture ?? "-",
        Format.Number(model.Info?.Parameters, "N0"),
        .. result.Scorers.Select(scorer => Format.Metric(model.Metrics.GetValueOrDefault(scorer))),
        Format.Number(model.LoadTime?.TotalSeconds, "0.00", " s"),
        Format.Number(model.Speed?.TimeToFirstToken?.TotalMilliseconds, "0.0", " ms"),
        Format.Number(model.Speed?.TokensPerSecond, "0"),
        model.Receipt is { } peak ? $"{Format.Bytes(peak.PeakBytes)} {EnumWords.Of(peak.Memory)}" : "-",
        model.Receipt is { } back ? Format.Bytes(back.ReclaimedBytes) : "-",
        model.Receipt is { } receipt ? Invariant($"{receipt.Verdict}, {receipt.ReclaimTime.TotalMilliseconds:0} ms") : model.Error is null ? "-" : "failed",
    ];

    private static void AddCategories(StringBuilder text, ComparisonResult result)
    {
        foreach (var scorer in result.Scorers)
        {
            var categories = result.Models
                .SelectMany(model => model.MetricsByCategory.GetValueOrDefault(scorer)?.Keys ?? [])
                .Distinct()
                .Order(StringComparer.Ordinal)
                .ToList();
            if (categories.Count > 1)
            {
                text.Append(Invariant($"\n## {Text(scorer)} by category\n\n"));
                AddTable(text, ["category", .. result.Models.Select(model => model.Name)], categories.Select(category => (string[])
                    [
                        category,
                        .. result.Models.Select(model => Format.Metric(model.MetricsByCategory.GetValueOrDefault(scorer)?.GetValueOrDefault(category))),
                    ]));
            }
        }
    }

    private static void AddDifferences(StringBuilder text, ComparisonResult result)
    {
        if (result.Differences.Count > 0)
        {
            text.Append("\n## Differences\n\n");
            AddTable(text, ["first", "second", "scorer", "difference", "p", "test"], result.Differences.Select(difference => (string[])
            [
                difference.First, difference.Second, difference.Scorer,
                Interval(difference.Difference.Value, difference.Difference.Interval),
                Format.PValue(difference.Difference.PValue), difference.Difference.Test,
            ]));
        }
    }

    private static void AddJudgements(StringBuilder text, ComparisonResult result)
    {
        if (result.Judgements.Count > 0)
        {
            text.Append("\n## Judged\n\n");
            AddTable(text, ["first", "second", "win rate", "wins", "losses", "ties", "not judged", "p"], result.Judgements.Select(judgement => (string[])
            [
                judgement.First, judgement.Second,
                Interval(judgement.WinRate.Value, judgement.WinRate.Interval),
                Format.Number(judgement.WinRate.Wins, "0"), Format.Number(judgement.WinRate.Losses, "0"), Format.Number(judgement.WinRate.Ties, "0"),
                Format.Number(judgement.WinRate.NotJudged, "0"), Format.PValue(judgement.WinRate.PValue),
            ]));
        }
    }

    private static string Interval(double value, Interval interval) =>
        double.IsNaN(value) ? Format.Score(value) : $"{Format.Score(value)} [{Format.Score(interval.Low)}, {Format.Score(interval.High)}]";

    private static void AddTable(StringBuilder text, IReadOnlyList<string> header, IEnumerable<string[]> rows)
    {
        AddRow(text, header);
        AddRow(text, [.. header.Select(_ => "---")]);
        foreach (var row in rows)
        {
            AddRow(text, row);
        }
    }

    private static void AddRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Text)).Append(" |\n");

    private static string Text(string cell)
    {
        var text = new StringBuilder();
        foreach (var c in cell.ReplaceLineEndings(" "))
        {
            _ = c is '|' or '<' or '*' or '`' or '\\' or '[' or ']' ? text.Append('\\').Append(c) : text.Append(c);
        }

        return text.ToString();
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
