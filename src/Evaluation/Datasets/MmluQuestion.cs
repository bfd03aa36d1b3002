namespace LmDeploy.Evaluation.Datasets;

/// <summary>A record of MMLU, in the form that lm-evaluation-harness asks it in (lm_eval/tasks/mmlu/default).</summary>
internal sealed record MmluQuestion(string Text, int Right)
{
    private const int Choices = 4;

    /// <summary>What may follow each question.</summary>
    public static IReadOnlyList<string> Letters { get; } = [" A", " B", " C", " D"];

    /// <summary>What is asked, and answered, before other questions.</summary>
    public string Example => $"{Text}{Letters[Right]}\n\n";

    /// <param name="record">The question, four choices and the letter of the right one.</param>
    public static MmluQuestion Read(CsvRecord record)
    {
        var fields = record.Take(Choices + 2);
        var text = $"{fields[0].Trim()}\nA. {fields[1]}\nB. {fields[2]}\nC. {fields[3]}\nD. {fields[4]}\nAnswer:";
        return fields[^1].Trim().Length == 1 && char.IsAsciiLetter(fields[^1].Trim()[0])
            ? new MmluQuestion(text, ChoiceField.Parse("the last field", fields[^1], Choices))
            : throw new FormatException($"the last field must be A to D, found \"{fields[^1]}\"");
    }

    /// <summary>What stands before the questions of a subject.</summary>
    public static string Describe(string subject)
        => $"The following are multiple choice questions (with answers) about {subject.Replace('_', ' ')}.\n\n";
}
