using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>The forms of questions that <c>--eval</c> reads, by their names.</summary>
internal static class DatasetFormat
{
    private static readonly Dictionary<string, Func<string, ICollection<DatasetProblem>, IReadOnlyDictionary<string, string>, Dataset>> _own =
        new(StringComparer.Ordinal)
        {
            ["jsonl"] = (path, problems, map) => OfOnesOwn(Dataset.FromJsonLines(path, problems, map)),
            ["csv"] = (path, problems, map) => OfOnesOwn(Dataset.FromCsv(path, problems, map)),
        };

    private static readonly Dictionary<string, Func<string, ICollection<DatasetProblem>, Dataset>> _published = new(StringComparer.Ordinal)
    {
        ["gsm8k"] = (path, problems) => Dataset.Gsm8k(path, problems: problems),
        ["mmlu"] = (path, problems) => Dataset.Mmlu(path, problems: problems),
        ["hellaswag"] = (path, problems) => Dataset.HellaSwag(path, problems: problems),
        ["mt-bench"] = Dataset.MtBench,
    };

    public static string[] Names { get; } = [.. _own.Keys, .. _published.Keys];

    /// <param name="format">One of <see cref="Names"/>; null goes by the path's ending.</param>
    /// <param name="path">The file, or the folder.</param>
    /// <param name="map">What the file calls fields.</param>
    /// <param name="problems">Takes what is wrong with bad lines, which are left out.</param>
    /// <exception cref="UsageException">There is nothing in it that can be used, or a published form has a map.</exception>
    public static Dataset Read(string? format, string path, IReadOnlyDictionary<string, string> map, ICollection<DatasetProblem> problems)
    {
        if (format is not null && _published.ContainsKey(format) && map.Count > 0)
        {
            throw new UsageException($"--map is for --format {string.Join(" and ", _own.Keys)}: the fields of {format} are known.");
        }

        try
        {
            return format is not null && _published.TryGetValue(format, out var published)
                ? published(path, problems)
                : _own[format ?? FormatOf(path)](path, problems, map);
        }
        catch (DatasetFormatException e) when (e.LooksLike is { } form)
        {
            throw new UsageException($"{path}: this looks like {form}: add --format {form}.", e);
        }
        catch (DatasetFormatException e)
        {
            throw new UsageException(e.Message, e);
        }
        catch (ArgumentException e) when (e.ParamName == "fields")
        {
            throw new UsageException($"--map: {e.Message.Split(" (Parameter")[0]}", e);
        }
    }

    private static string FormatOf(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? "csv" : "jsonl";
    }

    /// <summary>Files of one's own say what is expected, or what may be chosen.</summary>
    private static Dataset OfOnesOwn(Dataset dataset) => dataset with
    {
        Scorers = dataset.Items.All(item => item.Choices.Count > 0)
            ? [Scorer.MultipleChoice, Scorer.MultipleChoiceNormalized]
            : [Scorer.Exact, Scorer.Perplexity],
    };

    /// <summary>The questions without those that nothing is known about a right answer to.</summary>
    /// <exception cref="UsageException">There are no others.</exception>
    public static Dataset LeaveOutUnanswerable(Dataset dataset, string path, ICollection<DatasetProblem> problems)
    {
        var unknown = dataset.Items.Where(item => item.Expected.Count == 0 && item.CorrectChoice is null).ToList();
        foreach (var item in unknown)
        {
            problems.Add(new DatasetProblem { File = path, Line = 0, Message = $"question {item.Id}: expected is needed" });
        }

        return unknown.Count == 0 ? dataset
            : unknown.Count < dataset.Items.Count ? new Dataset(dataset.Name, dataset.Items.Except(unknown))
            {
                Scorers = dataset.Scorers, LeftOut = dataset.LeftOut + unknown.Count,
            }
            : throw new UsageException($"{path} has no question with an expected answer.");
    }
}
