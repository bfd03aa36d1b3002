using LmDeploy.Evaluation.Datasets;

namespace LmDeploy.Evaluation;

public sealed partial record Dataset
{
    /// <summary>
    /// Reads a file of one JSON object a line, UTF-8; empty lines do not count. Fields: <c>prompt</c> (a text) or <c>messages</c> (a conversation);
    /// and where they are wanted <c>id</c> (default: the line's number), <c>category</c>, <c>expected</c> (a text or an array of texts),
    /// <c>choices</c> (an array of texts, each as it follows the prompt) with <c>answer</c> (the right one: its index from 0 or its letter),
    /// <c>follow_ups</c> (a text or an array of texts), <c>raw</c>, <c>add_special_tokens</c>, <c>add_generation_prompt</c>, <c>tools</c> and
    /// <c>chat_template_kwargs</c>. Other fields do not matter.
    /// </summary>
    /// <param name="path">The file; the dataset is named after it.</param>
    /// <param name="problems">Receives the problems of bad lines, which are then skipped. Default: null, problems are thrown.</param>
    /// <exception cref="DatasetFormatException">The file cannot be read, has bad lines that are not collected, or has no good ones.</exception>
    public static Dataset FromJsonLines(string path, ICollection<DatasetProblem>? problems = null)
        => FromLines(Path.GetFileNameWithoutExtension(path), path, problems, [Scorer.Exact], JsonItem.Read);

    /// <summary>
    /// Reads a file of comma-separated values (RFC 4180), UTF-8, with a header of the names that <see cref="FromJsonLines"/> has, in any order and case:
    /// <c>prompt</c> or <c>messages</c> (JSON), <c>id</c> (default: the line the record begins on), <c>category</c>, <c>expected</c> and <c>follow_ups</c> (one
    /// text), <c>choice_a</c>, <c>choice_b</c> ... or <c>A</c>, <c>B</c> ... with <c>answer</c>. A field that is empty counts as not there; other columns do
    /// not matter.
    /// </summary>
    /// <inheritdoc cref="FromJsonLines"/>
    public static Dataset FromCsv(string path, ICollection<DatasetProblem>? problems = null)
    {
        var reading = new DatasetReading(path, problems);
        var records = CsvRecord.ReadAll(path);
        if (records.Count > 0 && CsvColumns.ProblemOf(records[0]) is { } problem)
        {
            reading.Add(new DatasetProblem { File = path, Line = records[0].Line, Message = problem });
        }
        else if (records.Count > 0)
        {
            var columns = new CsvColumns(records[0]);
            foreach (var record in records.Skip(1))
            {
                reading.Add(path, record.Line, () => columns.Read(record));
            }
        }

        return reading.Build(Path.GetFileNameWithoutExtension(path), Scorer.Exact);
    }
}
