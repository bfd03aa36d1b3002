using System.Text.Json;
using System.Text.Json.Serialization;
using LmDeploy.Evaluation;
using LmDeploy.Reports.Provenance;
using LmDeploy.Words;

namespace LmDeploy.Reports.Html;

/// <summary>A comparison as the page's scripts read it. The serializer escapes what could end the element that the text stands in.</summary>
internal static class ReportData
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new EnumWordConverter<EngineDtype>(),
            new EnumWordConverter<MemoryKind>(),
            new EnumWordConverter<WorkerActivity>(),
            new EnumWordConverter<WorkerExit>(),
            new JsonStringEnumConverter(),
        },
    };

    public static string Write(ComparisonResult result) => JsonSerializer.Serialize(
        new
        {
            result.Title,
            Findings = ComparisonReport.ToFindings(result),
            Provenance = ComparisonProvenance.Of(result).Select(known => new[] { known.Label, known.Value }),
            result.Dataset,
            result.Scorers,
            result.Confidence,
            result.Started,
            Questions = Questions(result),
            Models = result.Models.Select(model => ToModel(result, model)),
            Differences = result.Differences.Select(difference => new
            {
                difference.First,
                difference.Second,
                difference.Scorer,
                Value = Finite(difference.Difference.Value),
                Low = Finite(difference.Difference.Interval.Low),
                High = Finite(difference.Difference.Interval.High),
                P = difference.Difference.PValue,
                difference.Difference.Test,
            }),
            Judgements = result.Judgements.Select(judgement => new
            {
                judgement.First,
                judgement.Second,
                Value = Finite(judgement.WinRate.Value),
                Low = Finite(judgement.WinRate.Interval.Low),
                High = Finite(judgement.WinRate.Interval.High),
                judgement.WinRate.Wins,
                judgement.WinRate.Losses,
                judgement.WinRate.Ties,
                judgement.WinRate.NotJudged,
                P = Finite(judgement.WinRate.PValue),
            }),
            result.JudgeError,
            Memory = result.Memory.Select(sample => new { At = sample.Elapsed.TotalSeconds, Held = sample.HeldBytes, sample.DeviceBytes }),
        },
        _json);

    private static IEnumerable<object> Questions(ComparisonResult result) => result.Models
        .SelectMany(model => model.Items)
        .Select(item => item.Item)
        .DistinctBy(item => item.Id)
        .Select(item => new
        {
            item.Id, item.Category, Prompt = item.Prompt.Text ?? item.Prompt.MessagesJson ?? string.Join(' ', item.Prompt.TokenIds ?? []), item.Expected,
            item.Choices, item.FollowUps,
        });

    private static object ToModel(ComparisonResult result, ModelOutcome model) => new
    {
        model.Name,
        model.Path,
        model.Info?.Architecture,
        model.Info?.Parameters,
        model.Info?.Dtype,
        model.Info?.Device,
        model.Info?.Weights,
        LoadSeconds = model.LoadTime?.TotalSeconds,
        TtftMsP50 = model.Speed?.TimeToFirstToken?.TotalMilliseconds,
        TokensPerSecond = Finite(model.Speed?.TokensPerSecond),
        PeakBytes = model.Receipt?.PeakBytes,
        model.Receipt?.Memory,
        model.Receipt,
        Cut = model.CutAnswers,
        Metrics = model.Metrics.ToDictionary(pair => pair.Key, pair => ToMetric(pair.Value)),
        MetricsByCategory = model.MetricsByCategory.ToDictionary(
            pair => pair.Key, pair => pair.Value.ToDictionary(category => category.Key, category => ToMetric(category.Value))),
        Crashes = model.Crashes.Select(crash => new { When = crash.Time, Kind = crash.Kind.ToString(), crash.Signal, During = crash.Activity }),
        model.Error,
        Items = model.Items.ToDictionary(item => item.Item.Id, ToItem),
    };

    private static object ToItem(ItemOutcome item) => new
    {
        Answers = item.Answers.Select(answer => answer.Text),
        Error = item.Answers.FirstOrDefault(answer => answer.ErrorCode is not null)?.ErrorMessage,
        Tokens = item.Answers.Sum(answer => answer.GenerateTokenLen),
        TtftMs = item.TimeToFirstToken?.TotalMilliseconds,
        LatencyMs = item.Latency?.TotalMilliseconds,
        Scores = item.Scores.ToDictionary(pair => pair.Key, pair => Finite(pair.Value.Value)),
        Details = item.Scores.Where(pair => pair.Value.Detail is not null).ToDictionary(pair => pair.Key, pair => pair.Value.Detail),
    };

    private static object ToMetric(Metric metric) => new
    {
        Value = Finite(metric.Value), Low = Finite(metric.Interval.Low), High = Finite(metric.Interval.High), metric.Count, metric.NotScored,
    };

    /// <summary>JSON has no other numbers.</summary>
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
