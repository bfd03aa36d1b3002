using System.Text.Json;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Writes what <c>compare --json</c> promises; what could not be measured is null.</summary>
internal static class CompareJson
{
    public static string Write(IReadOnlyList<ModelResult> results) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var result in results)
            {
                WriteModel(json, result);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        },
        indented: true);

    private static void WriteModel(Utf8JsonWriter json, ModelResult result)
    {
        json.WriteStartObject();
        json.WriteString("model", result.Model);
        json.WriteString("architecture", result.Info?.Architecture);
        json.WriteOptional("parameters", result.Info?.Parameters);
        json.WriteOptional("correct", result.Quality?.Correct);
        json.WriteOptional("questions", result.Quality?.Questions);
        WriteCategories(json, result.Quality);
        json.WriteOptional("answer_perplexity", result.Quality?.AnswerPerplexity);
        json.WriteOptional("load_seconds", result.LoadTime?.TotalSeconds);
        json.WriteOptional("ttft_ms_p50", result.Speed?.TimeToFirstToken);
        json.WriteOptional("tokens_per_second", result.Speed?.TokensPerSecond);
        json.WriteOptional("peak_bytes", result.Receipt?.PeakBytes);
        json.WriteString("memory", result.Receipt?.Memory);
        WriteReceipt(json, result.Receipt);
        if (result.Error is not null)
        {
            json.WriteError("error", result.Error);
        }

        json.WriteEndObject();
    }

    private static void WriteCategories(Utf8JsonWriter json, Quality? quality)
    {
        if (quality is null)
        {
            json.WriteNull("by_category");
            return;
        }

        json.WriteStartObject("by_category");
        foreach (var category in quality.Categories)
        {
            json.WriteString(category.Category, Units.Format($"{category.Correct}/{category.Questions}"));
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
}
