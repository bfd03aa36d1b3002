using System.Text.Json;
using LmDeploy.Evaluation.Scorers;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>A line of GSM8K, in the form that lm-evaluation-harness asks it in (lm_eval/tasks/gsm8k/gsm8k.yaml).</summary>
internal sealed record Gsm8kQuestion(string Question, string Answer)
{
    private const string Mark = "####";

    /// <summary>What is asked.</summary>
    public string Text => $"Question: {Question}\nAnswer:";

    /// <summary>What is asked, and answered with all its steps, before other questions.</summary>
    public string Example => $"{Text} {Answer}\n\n";

    /// <summary>What stands after the mark at the answer's end.</summary>
    public string Result => Answer[(Answer.LastIndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Trim();

    public static Gsm8kQuestion Read(JsonElement line)
    {
        var answer = line.GetFilledText("answer");
        var read = new Gsm8kQuestion(line.GetFilledText("question"), answer);
        return answer.Contains(Mark, StringComparison.Ordinal) && NumberText.Find(read.Result) is not null
            ? read
            : throw new FormatException($"answer must end with {Mark} and a number");
    }
}
