using System.Text.Json;
using System.Text.RegularExpressions;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>A line of HellaSwag, in the form that lm-evaluation-harness asks it in (lm_eval/tasks/hellaswag/utils.py).</summary>
internal sealed partial record HellaSwagQuestion(string Text, IReadOnlyList<string> Endings, int Right, string Split)
{
    /// <summary>What is asked, and ended, before other questions.</summary>
    public string Example => $"{Text}{Endings[Right]}\n\n";

    public static HellaSwagQuestion Read(JsonElement line)
    {
        var context = line.Find("ctx_a") is null ? line.GetFilledText("ctx") : $"{line.GetText("ctx_a")} {Capitalize(line.FindText("ctx_b"))}";
        string[] endings = [.. line.GetTexts("endings").Select(ending => $" {Clean(ending)}")];
        var label = line.FindId("label") ?? throw new FormatException("label is needed; the test split of HellaSwag has none");
        return new HellaSwagQuestion(
            Clean($"{line.GetText("activity_label")}: {context}"), endings, ChoiceField.Parse("label", label, endings.Length), line.FindText("split_type"));
    }

    /// <summary>Takes out what WikiHow's marks left in the texts.</summary>
    private static string Clean(string text)
        => Brackets().Replace(text.Trim().Replace(" [title]", ". ", StringComparison.Ordinal), "").Replace("  ", " ", StringComparison.Ordinal);

    /// <summary>Python's <c>capitalize</c>: all but the first letter becomes lower case.</summary>
    private static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Brackets();
}
