using LmDeploy.Evaluation.Datasets;

namespace LmDeploy.Evaluation;

public sealed partial record Dataset
{
    /// <summary>
    /// Reads a file of one JSON object a line, or of one array of objects, UTF-8, also packed by gzip; empty lines do not count. Fields: <c>prompt</c> (a
    /// text) or <c>messages</c> (a conversation); and where they are wanted <c>id</c> (default: the line's number), <c>category</c>, <c>expected</c> (a text,
    /// a number, a boolean or an array of them), <c>choices</c> (an array of texts, each as it follows the prompt) with <c>answer</c> (the right one: its
    /// index from 0, its letter or its text), <c>follow_ups</c> (a text or an array of texts), <c>raw</c>, <c>add_special_tokens</c>,
    /// <c>add_generation_prompt</c>, <c>tools</c> and <c>chat_template_kwargs</c>. A line with <c>question</c> in place of a prompt has its expected answer in
    /// <c>answer</c> where it has no choices. Other fields do not matter.
    /// </summary>
    /// <param name="path">The file; the dataset is named after it.</param>
    /// <param name="problems">Receives the problems of bad lines, which are then skipped. Default: null, problems are thrown.</param>
    /// <param name="fields">For fields that the file calls otherwise their names there: <c>["prompt"] = "text"</c>. Default: null, none.</param>
    /// <exception cref="ArgumentException"><paramref name="fields"/> has a field that there is not, or an empty name.</exception>
    /// <exception cref="DatasetFormatException">The file cannot be read, has bad lines that are not collected, has no good ones, or is a published dataset
    /// (<see cref="DatasetFormatException.LooksLike"/>).</exception>
    public static Dataset FromJsonLines(
        string path, ICollection<DatasetProblem>? problems = null, IReadOnlyDictionary<string, string>? fields = null)
    {
        var names = FieldNames.Of(fields, FieldNames.OfJson);
        PublishedForm.RefuseFolder(path);
        var lines = JsonLine.ReadAll(path);
        if (names.Mapped.Count == 0)
        {
            PublishedForm.Refuse(path, lines);
        }

        return FromLines(DatasetFile.NameOf(path), path, lines, problems, [Scorer.Exact], (line, id) => JsonItem.Read(line, id, names));
    }

    /// <summary>
    /// Reads a file of comma-separated values (RFC 4180), UTF-8, also packed by gzip, with a header of the names that <see cref="FromJsonLines"/> has, in any
    /// order and case: <c>prompt</c>, <c>question</c> or <c>messages</c> (JSON), <c>id</c> (default: the line the record begins on), <c>category</c>,
    /// <c>expected</c> and <c>follow_ups</c> (one text), <c>choice_a</c>, <c>choice_b</c> ... or <c>A</c>, <c>B</c> ... with <c>answer</c>. Semicolons and tabs
    /// separate too, where the header is read by them. A field that is empty counts as not there; other columns do not matter.
    /// </summary>
    /// <inheritdoc cref="FromJsonLines"/>
    public static Dataset FromCsv(string path, ICollection<DatasetProblem>? problems = null, IReadOnlyDictionary<string, string>? fields = null)
    {
        var names = FieldNames.Of(fields, FieldNames.OfCsv);
        PublishedForm.RefuseFolder(path);
        var reading = new DatasetReading(path, problems);
        var records = CsvTable.ReadAll(path, names);
        if (records.Count > 0 && CsvColumns.ProblemOf(records[0], names) is { } problem)
        {
            PublishedForm.Refuse(path, records);
            reading.Add(new DatasetProblem { File = path, Line = records[0].Line, Message = problem });
        }
        else if (records.Count > 0)
        {
            var columns = new CsvColumns(records[0], names);
            foreach (var record in records.Skip(1))
            {
                reading.Add(path, record.Line, () => columns.Read(record));
            }
        }

        return reading.Build(DatasetFile.NameOf(path), Scorer.Exact);
    }
}
