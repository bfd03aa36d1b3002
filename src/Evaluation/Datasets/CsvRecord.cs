namespace LmDeploy.Evaluation.Datasets;

/// <summary>One record of a file of comma-separated values.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Fields">Its fields; none where something is wrong.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Fields, string? Problem)
{
    /// <summary>The records of a file.</summary>
    /// <exception cref="DatasetFormatException">The file cannot be read.</exception>
    public static IReadOnlyList<CsvRecord> ReadAll(string path) => new CsvReader(DatasetFile.Read(path)).ReadAll();

    /// <summary>The fields.</summary>
    /// <exception cref="FormatException">There are more or fewer than there should be.</exception>
    public IReadOnlyList<string> Take(int count) => Problem is not null ? throw new FormatException(Problem)
        : Fields.Count == count ? Fields
        : throw new FormatException($"{count} fields are needed, found {Fields.Count}");
}
