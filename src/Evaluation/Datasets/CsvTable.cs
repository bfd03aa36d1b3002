namespace LmDeploy.Evaluation.Datasets;

/// <summary>The records of a file of separated values, which begins with a header. Its separator is the one that gives a header with a prompt.</summary>
internal static class CsvTable
{
    private static readonly char[] _separators = [',', ';', '\t'];

    /// <exception cref="DatasetFormatException">The file cannot be read.</exception>
    public static IReadOnlyList<CsvRecord> ReadAll(string path, FieldNames names)
    {
        var text = DatasetFile.Read(path);
        var separator = _separators
            .Select(separator => (Separator: separator, Header: new CsvReader(text, separator).ReadFirst()))
            .OrderBy(read => read.Header is null || CsvColumns.ProblemOf(read.Header, names) is null ? 0 : 1)
            .ThenByDescending(read => read.Header?.Fields.Count)
            .First().Separator;
        return new CsvReader(text, separator).ReadAll();
    }
}
