using System.Globalization;
using System.Text.Json;
using LmDeploy.Cli.Output;
using LmDeploy.Evaluation;
using LmDeploy.Reports;
using LmDeploy.Words;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Writes what <c>compare --json</c> promises; what could not be measured is null.</summary>
internal static class CompareJson
{
    public static string Write(ComparisonResult result) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            WriteProvenance(json, result);
            json.WriteStartArray("models");
            foreach (var model in result.Models)
            {
                WriteModel(json, result, model);
            }

            json.WriteEndArray();
            WriteDifferences(json, result);
            WriteJudgements(json, result);
            json.WriteEndObject();
        },
        indented: true);

    private static void WriteProvenance(Utf8JsonWriter json, ComparisonResult result)
    {
        json.WriteString("title", result.Title);
        json.WriteStartArray("findings");
        foreach (var finding in ComparisonReport.ToFindings(result))
        {
            json.WriteStringValue(finding);
        }

        json.WriteEndArray();
        json.WriteString("dataset", result.Dataset);
        json.WriteNumber("left_out", result.LeftOut);
        json.WriteString("date", result.Started.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        json.WriteString("command", result.Command);
        json.WriteString("version", result.Host?.Version);
        json.WriteStartObject("machine");
        json.WriteStartArray("gpus");
        foreach (var gpu in result.Host?.Gpus ?? [])
        {
            json.WriteStringValue(gpu);
        }

        json.WriteEndArray();
        json.WriteString("driver", result.Host?.Driver);
        json.WriteString("cpu", result.Host?.Cpu);
        json.WriteOptional("cpus", result.Host?.Cpus);
        json.WriteString("system", result.Host?.System);
        json.WriteEndObject();
        json.WritePropertyName("generation");
        json.WriteRawValue(result.Generation?.ToJson() ?? "null");
        json.WriteString("judge", result.Judge);
        json.WriteOptional("confidence", result.Confidence);
    }

    private static void WriteModel(Utf8JsonWriter json, ComparisonResult result, ModelOutcome model)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Path);
        json.WriteString("architecture", model.Info?.Architecture);
        json.WriteOptional("parameters", model.Info?.Parameters);
        json.WriteString("dtype", model.Info is { } info ? EnumWords.Of(info.Dtype) : null);
        json.WriteString("device", model.Info?.Device);
        json.WriteString("libtorch", model.Info?.LibTorch is { Length: > 0 } libTorch ? libTorch : null);
        json.WriteOptional("correct", result.Correct(model));
        json.WriteOptional("questions", result.Questions(model));
        json.WriteNumber("cut", model.CutAnswers);
        WriteCategories(json, result, model);
        json.WriteOptional("answer_perplexity", model.Metrics.GetValueOrDefault(Scorer.Perplexity.Name)?.Value);
        json.WriteOptional("load_seconds", model.LoadTime?.TotalSeconds);
        json.WriteOptional("ttft_ms_p50", model.Speed?.TimeToFirstToken?.TotalMilliseconds);
        json.WriteOptional("tokens_per_second", model.Speed?.TokensPerSecond);
        json.WriteOptional("peak_bytes", model.Receipt?.PeakBytes);
        json.WriteString("memory", model.Receipt is { } receipt ? EnumWords.Of(receipt.Memory) : null);
        WriteReceipt(json, model.Receipt);
        WriteMetrics(json, model);
        json.WriteNumber("crashes", model.Crashes.Count);
        if (model.Failure() is { } error)
        {
            json.WriteError("error", error);
        }

        json.WriteEndObject();
    }

    private static void WriteCategories(Utf8JsonWriter json, ComparisonResult result, ModelOutcome model)
    {
        if (result.ByCategory(model) is not { } categories)
        {
            json.WriteNull("by_category");
            return;
        }

        json.WriteStartObject("by_category");
        foreach (var (category, correct, questions) in categories)
        {
            json.WriteString(category, Units.Format($"{correct}/{questions}"));
        }

        json.WriteEndObject();
    }

    private static void WriteReceipt(Utf8JsonWriter json, ReclaimReceipt? receipt)
    {
        if (receipt is null)
        {
            json.WriteNull("receipt");
            return;
        }

        json.WriteStartObject("receipt");
        ReceiptJson.WriteFields(json, receipt);
        json.WriteEndObject();
    }

    private static void WriteMetrics(Utf8JsonWriter json, ModelOutcome model)
    {
        json.WriteStartObject("metrics");
        foreach (var (scorer, metric) in model.Metrics)
        {
            json.WriteStartObject(scorer);
            json.WriteOptional("value", metric.Value);
            WriteInterval(json, metric.Interval);
            json.WriteNumber("questions", metric.Count);
            json.WriteNumber("not_scored", metric.NotScored);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteDifferences(Utf8JsonWriter json, ComparisonResult result)
    {
        json.WriteStartArray("differences");
        foreach (var pair in result.Differences)
        {
            var difference = pair.Difference;
            json.WriteStartObject();
            json.WriteString("first", pair.First);
            json.WriteString("second", pair.Second);
            json.WriteString("scorer", pair.Scorer);
            json.WriteOptional("value", difference.Value);
            WriteInterval(json, difference.Interval);
            json.WriteOptional("p", difference.PValue);
            json.WriteString("test", difference.Test);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJudgements(Utf8JsonWriter json, ComparisonResult result)
    {
        json.WriteStartArray("judgements");
        foreach (var pair in result.Judgements)
        {
            var rate = pair.WinRate;
            json.WriteStartObject();
            json.WriteString("first", pair.First);
            json.WriteString("second", pair.Second);
            json.WriteOptional("win_rate", rate.Value);
            WriteInterval(json, rate.Interval);
            json.WriteNumber("wins", rate.Wins);
            json.WriteNumber("losses", rate.Losses);
            json.WriteNumber("ties", rate.Ties);
            json.WriteNumber("not_judged", rate.NotJudged);
            json.WriteOptional("p", rate.PValue);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInterval(Utf8JsonWriter json, Interval interval)
    {
        json.WriteOptional("low", interval.Low);
        json.WriteOptional("high", interval.High);
    }
}
