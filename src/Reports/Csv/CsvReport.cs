using System.Globalization;
using System.Text;
using LmDeploy.Evaluation;

namespace LmDeploy.Reports.Csv;

/// <summary>One line a question and model.</summary>
internal static class CsvReport
{
    public static string Write(ComparisonResult result)
    {
        var text = new StringBuilder();
        AddLine(text, [
            "id", "category", "model", "answer", "expected", "finish_reason", "input_tokens", "generated_tokens", "ttft_ms", "latency_ms",
            .. result.Scorers, "error",
        ]);
        foreach (var model in result.Models)
        {
            foreach (var item in model.Items)
            {
                var answer = item.Answers.Count > 0 ? item.Answers[^1] : null;
                AddLine(
                    text,
                    [
                        item.Item.Id, item.Item.Category, model.Name, answer?.Text ?? "", string.Join(" | ", item.Item.Expected),
                        answer?.FinishReason?.ToString() ?? "",
                        Number(answer?.InputTokenLen),
                        Number(item.Answers.Sum(turn => turn.GenerateTokenLen)),
                        Number(item.TimeToFirstToken?.TotalMilliseconds),
                        Number(item.Latency?.TotalMilliseconds),
                        .. result.Scorers.Select(scorer => item.Scores.TryGetValue(scorer, out var score) ? Number(score.Value) : ""),
                        item.Answers.FirstOrDefault(turn => turn.ErrorCode is not null)?.ErrorCode ?? "",
                    ]);
            }
        }

        return text.ToString();
    }

    private static string Number(double? value) =>
        value is { } number && !double.IsNaN(number) ? number.ToString("0.######", CultureInfo.InvariantCulture) : "";

    private static void AddLine(StringBuilder text, IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(Quote)).Append("\r\n");

    private static string Quote(string field) => field.AsSpan().IndexOfAny(",\"\r\n") >= 0 || field.StartsWith(' ') || field.EndsWith(' ')
        ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : field;
}
