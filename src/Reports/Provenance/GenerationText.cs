using System.Globalization;
using System.Text.Json;

namespace LmDeploy.Reports.Provenance;

/// <summary>Generation settings as people read them.</summary>
internal static class GenerationText
{
    private const string UnsetFields = "unset_fields";

    /// <summary>Fields of the settings that say nothing about how tokens are chosen.</summary>
    private static readonly string[] _silent = [UnsetFields, "split", "do_sample", "skip_special_tokens", "spaces_between_special_tokens"];

    /// <summary>Fields that greedy decoding does not use.</summary>
    private static readonly string[] _sampling = ["temperature", "top_p", "top_k", "min_p", "random_seed"];

    /// <summary>Whether what is not set is the model's own.</summary>
    public static bool IsOfModel(GenerationConfig config)
    {
        using var json = JsonDocument.Parse(config.ToJson());
        return json.RootElement.TryGetProperty(UnsetFields, out _);
    }

    public static string Of(GenerationConfig config)
    {
        using var json = JsonDocument.Parse(config.ToJson());
        var (isOfModel, isSampled) = (IsOfModel(config), config.DoSample);
        var fields = json.RootElement.EnumerateObject()
            .Where(field => !_silent.Contains(field.Name) && (isOfModel || isSampled || !_sampling.Contains(field.Name)))
            .Select(field => (field.Name, Text: field.Value.GetRawText()))
            .Where(field => field is not { Text: "0" or "false" } and not { Name: "repetition_penalty", Text: "1" })
            .Select(field => $"{field.Name} {field.Text}");
        return string.Join(", ", fields.Prepend(isOfModel ? "as each model's generation_config.json says" : isSampled ? "sampled" : "greedy"));
    }

    public static string Of(ModelSampling sampling)
    {
        (string Name, IFormattable? Value)[] fields =
        [
            ("temperature", sampling.Temperature), ("top_p", sampling.TopP), ("top_k", sampling.TopK), ("min_p", sampling.MinP),
            ("repetition_penalty", sampling.RepetitionPenalty),
        ];
        var known = fields.Where(field => field.Value is not null).Select(field => $"{field.Name} {field.Value!.ToString(null, CultureInfo.InvariantCulture)}");
        return string.Join(", ", known.Prepend(sampling.DoSample == false ? "greedy" : "sampled where its settings say so"));
    }
}
