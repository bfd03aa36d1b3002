namespace LmDeploy.Evaluation.Datasets;

/// <summary>Finds the files of MMLU: <c>test/abstract_algebra_test.csv</c> and, for examples, <c>dev/abstract_algebra_dev.csv</c>.</summary>
internal static class MmluFiles
{
    private static readonly string[] _splits = ["_test", "_val", "_dev"];

    /// <summary>The files with questions, one for each subject.</summary>
    /// <param name="path">A file; a folder of files; or the folder that has <c>test</c> and <c>dev</c>.</param>
    /// <exception cref="DatasetFormatException">There is none.</exception>
    public static IReadOnlyList<string> FindAll(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var folder = Path.Join(path, "test") is var test && Directory.Exists(test) ? test : path;
        var files = ListTables(folder);
        return _splits.Select(split => files.Where(file => SplitOf(file) == split).ToArray()).Append(files).FirstOrDefault(found => found.Length > 0)
            ?? throw new DatasetFormatException(path, "has no files *_test.csv, neither itself nor in a folder test");
    }

    /// <summary>Whether a folder has files that are named as MMLU's are.</summary>
    public static bool IsIn(string folder) =>
        ListTables(Path.Join(folder, "test") is var test && Directory.Exists(test) ? test : folder).Any(file => SplitOf(file) is not null);

    /// <summary>What a file is about: its name without the split.</summary>
    public static string SubjectOf(string file)
    {
        var name = DatasetFile.NameOf(file);
        return name[..^(SplitOf(file)?.Length ?? 0)];
    }

    /// <summary>The first questions of the dev split, for examples.</summary>
    /// <exception cref="DatasetFormatException">It is not there, or cannot be used.</exception>
    public static IReadOnlyList<MmluQuestion> ReadExamples(string file, int count)
    {
        if (count == 0)
        {
            return [];
        }

        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(file))!, $"{SubjectOf(file)}_dev.csv");
        string[] places = [Path.Join(folder, "dev", name), Path.Join(Path.GetDirectoryName(folder), "dev", name), Path.Join(folder, name)];
        var examples = places.FirstOrDefault(File.Exists)
            ?? throw new DatasetFormatException(file, $"{count} examples need the dev split, and there is no {string.Join(", ", places)}");
        return FewShot.Take(examples, count, CsvRecord.ReadAll(examples), record => record.Line, MmluQuestion.Read);
    }

    private static string? SplitOf(string file) =>
        _splits.FirstOrDefault(split => DatasetFile.NameOf(file).EndsWith(split, StringComparison.Ordinal));

    private static string[] ListTables(string folder)
    {
        try
        {
            return
            [
                .. Directory.GetFiles(folder)
                    .Where(file => DatasetFile.WithoutPacking(file).EndsWith(".csv", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException(folder, $"cannot be read: {e.Message}");
        }
    }
}
