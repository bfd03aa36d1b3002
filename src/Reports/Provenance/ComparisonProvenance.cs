using LmDeploy.Evaluation;
using LmDeploy.Words;

namespace LmDeploy.Reports.Provenance;

/// <summary>How a comparison was made: what a reader needs to cite it, or to repeat it.</summary>
internal static class ComparisonProvenance
{
    private const char CommitMark = '+';

    /// <summary>What is known, each with its label.</summary>
    public static IEnumerable<(string Label, string Value)> Of(ComparisonResult result)
    {
        yield return ("Date", FormattableString.Invariant($"{result.Started.UtcDateTime:yyyy-MM-dd HH:mm} UTC"));
        if (result.Command is { } command)
        {
            yield return ("Command", command);
        }

        if (result.Host is { } host)
        {
            yield return ("Program", Program(host.Version));
            yield return ("Host", FormattableString.Invariant($"{host.System}, {host.Cpus} x {host.Cpu ?? "unknown processor"}"));
            if (host.Gpus.Count > 0)
            {
                yield return ("GPUs", $"{string.Join(", ", host.Gpus.CountBy(gpu => gpu).Select(Times))}; driver {host.Driver}");
            }
        }

        if (Distinct(result, info => info.LibTorch) is { Length: > 0 } libTorch)
        {
            yield return ("libtorch", libTorch);
        }

        yield return ("Dataset", FormattableString.Invariant($"{result.Dataset}, {Questions(result)} question{(Questions(result) == 1 ? "" : "s")}")
            + (result.LeftOut > 0 ? FormattableString.Invariant($"; {result.LeftOut} more could not be used") : ""));
        if (result.Generation is { } generation)
        {
            yield return ("Generation", GenerationText.Of(generation));
        }

        foreach (var model in result.Models.Where(model => model.Info is not null))
        {
            yield return (model.Name, Describe(model, isSampled: result.Generation is { } config && GenerationText.IsOfModel(config)));
        }

        if (result.Judge is { } judge)
        {
            yield return ("Judge", judge);
        }

        if (result.Confidence is > 0 and < 1)
        {
            yield return ("Intervals", FormattableString.Invariant($"{result.Confidence:0.##%} bootstrap over the questions"));
        }
    }

    private static string Program(string version) => version.Split(CommitMark, 2) is [var number, var commit]
        ? $"LmDeploy {number}, commit {commit}"
        : $"LmDeploy {version}";

    private static string Times(KeyValuePair<string, int> gpu) => gpu.Value == 1 ? gpu.Key : FormattableString.Invariant($"{gpu.Value} x {gpu.Key}");

    private static string Distinct(ComparisonResult result, Func<ModelInfo, string> value) =>
        string.Join(", ", result.Models.Where(model => model.Info is not null).Select(model => value(model.Info!)).Where(text => text.Length > 0).Distinct());

    private static int Questions(ComparisonResult result) => result.Models.SelectMany(model => model.Items).Select(item => item.Item.Id).Distinct().Count();

    private static string Describe(ModelOutcome model, bool isSampled)
    {
        var info = model.Info!;
        string?[] parts =
        [
            model.Path, info.Architecture, $"{EnumWords.Of(info.Dtype)} on {info.Device}", info.Weights.Length > 0 ? $"weights {info.Weights}" : null,
            info.SessionLen > 0 ? FormattableString.Invariant($"context {info.SessionLen}") : null, isSampled ? GenerationText.Of(info.Sampling) : null,
        ];
        return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }
}
