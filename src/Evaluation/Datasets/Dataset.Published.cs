using LmDeploy.Evaluation.Datasets;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

public sealed partial record Dataset
{
    /// <summary>
    /// Reads GSM8K (Cobbe et al. 2021) as it is published: a JSON object a line, <c>question</c> and <c>answer</c>, which ends with <c>#### 18</c>.
    /// Questions are asked in the form of lm-evaluation-harness, as a user's message where the model has a chat template; answers are scored by
    /// <see cref="Scorer.Numeric"/>. A model without one may go on with questions of its own: <see cref="GenerationConfig.StopWords"/>
    /// <c>Question:</c> ends that.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="shots">How many solved examples stand before each question, 0 or more: the first ones of <paramref name="examples"/>. Default: 0; the
    /// harness has 5.</param>
    /// <param name="examples">A file of the same form. Default: <c>train.jsonl</c> beside the questions.</param>
    /// <param name="problems">Receives the problems of bad lines, which are then skipped. Default: null, problems are thrown.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shots"/> is out of range.</exception>
    /// <exception cref="DatasetFormatException">A file cannot be read, has bad lines that are not collected, or has too few good ones.</exception>
    public static Dataset Gsm8k(string path, int shots = 0, string? examples = null, ICollection<DatasetProblem>? problems = null)
    {
        var before = string.Concat(FewShot.Take(path, examples, shots, Gsm8kQuestion.Read).Select(example => example.Example));
        return FromLines("gsm8k", path, problems, [Scorer.Numeric()], (json, id) =>
        {
            var question = Gsm8kQuestion.Read(json);
            return new DatasetItem(id, before + question.Text) { Expected = [question.Result] };
        });
    }

    /// <summary>
    /// Reads MMLU (Hendrycks et al. 2021) as it is published: files without a header, a question, four choices and the letter of the right one. The
    /// text is that of lm-evaluation-harness, without a chat template but with the tokenizer's own special tokens; the letters are scored by
    /// <see cref="Scorer.MultipleChoice"/>. Categories are the subjects.
    /// </summary>
    /// <param name="path">A file such as <c>abstract_algebra_test.csv</c>, a folder of them, or the folder that has <c>test</c> and <c>dev</c>.</param>
    /// <param name="shots">How many answered examples stand before each question, 0 or more: the first ones of the subject in the folder <c>dev</c>. Default:
    /// 0; usual is 5.</param>
    /// <param name="problems">Receives the problems of bad records, which are then skipped. Default: null, problems are thrown.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shots"/> is out of range.</exception>
    /// <exception cref="DatasetFormatException">A file cannot be read, has bad records that are not collected, or has too few good ones.</exception>
    public static Dataset Mmlu(string path, int shots = 0, ICollection<DatasetProblem>? problems = null)
    {
        Ensure.AtLeast(shots, 0, nameof(shots));
        var reading = new DatasetReading(path, problems);
        foreach (var file in MmluFiles.FindAll(path))
        {
            var subject = MmluFiles.SubjectOf(file);
            var before = MmluQuestion.Describe(subject) + string.Concat(MmluFiles.ReadExamples(file, shots).Select(example => example.Example));
            foreach (var (i, record) in CsvRecord.ReadAll(file).Index())
            {
                reading.Add(file, record.Line, () =>
                {
                    var question = MmluQuestion.Read(record);
                    return new DatasetItem(FormattableString.Invariant($"{subject}-{i + 1}"), Prompt.FromText(before + question.Text, raw: true))
                    {
                        Category = subject,
                        Expected = [MmluQuestion.Letters[question.Right].Trim()],
                        Choices = MmluQuestion.Letters,
                        CorrectChoice = question.Right,
                    };
                });
            }
        }

        return reading.Build("mmlu", Scorer.MultipleChoice);
    }

    /// <summary>
    /// Reads HellaSwag (Zellers et al. 2019) as it is published: a JSON object a line, <c>ctx_a</c> and <c>ctx_b</c> (or <c>ctx</c>), <c>activity_label</c>,
    /// <c>endings</c> and <c>label</c>. The texts are those of lm-evaluation-harness, without a chat template but with the tokenizer's own
    /// special tokens; endings are scored by <see cref="Scorer.MultipleChoice"/> and <see cref="Scorer.MultipleChoiceNormalized"/>. Categories are
    /// <c>split_type</c>.
    /// </summary>
    /// <param name="path">The file, for example <c>hellaswag_val.jsonl</c>.</param>
    /// <param name="shots">How many ended examples stand before each question, 0 or more: the first ones of <paramref name="examples"/>. Default: 0, as in the
    /// harness.</param>
    /// <param name="examples">A file of the same form. Default: <c>train.jsonl</c> beside the questions.</param>
    /// <param name="problems">Receives the problems of bad lines, which are then skipped. Default: null, problems are thrown.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shots"/> is out of range.</exception>
    /// <exception cref="DatasetFormatException">A file cannot be read, has bad lines that are not collected, or has too few good ones.</exception>
    public static Dataset HellaSwag(string path, int shots = 0, string? examples = null, ICollection<DatasetProblem>? problems = null)
    {
        var before = string.Concat(FewShot.Take(path, examples, shots, HellaSwagQuestion.Read).Select(example => example.Example));
        return FromLines("hellaswag", path, problems, [Scorer.MultipleChoice, Scorer.MultipleChoiceNormalized], (json, id) =>
        {
            var question = HellaSwagQuestion.Read(json);
            return new DatasetItem(id, Prompt.FromText(before + question.Text, raw: true))
            {
                Category = question.Split,
                Expected = [question.Endings[question.Right].Trim()],
                Choices = question.Endings,
                CorrectChoice = question.Right,
            };
        });
    }

    /// <summary>
    /// Reads the questions of MT-bench (Zheng et al. 2023) as they are published: a JSON object a line, <c>question_id</c>, <c>category</c> and
    /// <c>turns</c>, the later of which are <see cref="DatasetItem.FollowUps"/>. They have no expected answers and no scorers: models are judged on
    /// them against each other.
    /// </summary>
    /// <param name="path">The file <c>question.jsonl</c>.</param>
    /// <param name="problems">Receives the problems of bad lines, which are then skipped. Default: null, problems are thrown.</param>
    /// <exception cref="DatasetFormatException">The file cannot be read, has bad lines that are not collected, or has no good ones.</exception>
    public static Dataset MtBench(string path, ICollection<DatasetProblem>? problems = null) => FromLines("mt_bench", path, problems, [], (json, id) =>
    {
        var turns = json.GetTexts("turns");
        return turns.Count > 0 && !turns.Any(string.IsNullOrWhiteSpace)
            ? new DatasetItem(json.FindId("question_id") ?? id, turns[0]) { Category = json.FindText("category"), FollowUps = [.. turns.Skip(1)] }
            : throw new FormatException("turns must have a text or more, none of them empty");
    });

    private static Dataset FromLines(
        string name, string path, ICollection<DatasetProblem>? problems, Scorer[] scorers, Func<System.Text.Json.JsonElement, string, DatasetItem> read)
        => FromLines(name, path, JsonLine.ReadAll(path), problems, scorers, read);

    private static Dataset FromLines(
        string name, string path, IReadOnlyList<JsonLine> lines, ICollection<DatasetProblem>? problems, Scorer[] scorers,
        Func<System.Text.Json.JsonElement, string, DatasetItem> read)
    {
        var reading = new DatasetReading(path, problems);
        foreach (var line in lines)
        {
            reading.Add(path, line.Number, () => line.Read(json => read(json, FormattableString.Invariant($"{line.Place}"))));
        }

        return reading.Build(name, scorers);
    }
}
