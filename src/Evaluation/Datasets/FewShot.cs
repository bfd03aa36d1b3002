using LmDeploy.Validation;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Examples that stand before a question.</summary>
internal static class FewShot
{
    /// <summary>What the first lines of a file say.</summary>
    /// <exception cref="DatasetFormatException">There are too few, or one of them is malformed.</exception>
    public static IReadOnlyList<T> Take<TLine, T>(string path, int count, IReadOnlyList<TLine> lines, Func<TLine, int> numberOf, Func<TLine, T> read)
    {
        if (lines.Count < count)
        {
            throw new DatasetFormatException(path, $"{count} examples are needed, found {lines.Count}");
        }

        var reading = new List<T>(count);
        foreach (var line in lines.Take(count))
        {
            try
            {
                reading.Add(read(line));
            }
            catch (Exception e) when (DatasetReading.Explain(e) is not null)
            {
                throw new DatasetFormatException(path, [new DatasetProblem { File = path, Line = numberOf(line), Message = DatasetReading.Explain(e)! }]);
            }
        }

        return reading;
    }

    /// <summary>What the first lines of a JSON file say; of <c>train.jsonl</c> beside the questions where no file is named.</summary>
    public static IReadOnlyList<T> Take<T>(string path, string? examples, int shots, Func<System.Text.Json.JsonElement, T> read)
    {
        if (Ensure.AtLeast(shots, 0, nameof(shots)) == 0)
        {
            return [];
        }

        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = examples ?? Path.Join(Path.GetDirectoryName(path), "train.jsonl");
        return Take(file, shots, JsonLine.ReadAll(file), line => line.Number, line => line.Read(read));
    }
}
