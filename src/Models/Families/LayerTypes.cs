using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Families;

/// <summary>Which layers have a sliding window.</summary>
internal static class LayerTypes
{
    /// <summary>The window of each layer: as <c>layer_types</c> says, or where there is none by the family's own rule.</summary>
    /// <param name="window">The window; null where config.json gives none.</param>
    /// <param name="slides">The family's rule, by the layer's number from 0.</param>
    public static IReadOnlyList<int?> Windows(ConfigFile config, int layers, int? window, Func<int, bool> slides)
    {
        if (config.Strings("layer_types") is not { } types)
        {
            return [.. Enumerable.Range(0, layers).Select(layer => slides(layer) ? window : null)];
        }

        if (types.Count != layers)
        {
            throw config.Invalid("layer_types", $"must name each of the {layers} layers, but names {types.Count}");
        }

        return [.. types.Select(type => type switch
        {
            "full_attention" => (int?)null,
            "sliding_attention" => window ?? throw config.Invalid("sliding_window", "must be a whole number from 1 where a layer has sliding_attention"),
            _ => throw config.Invalid("layer_types", $"has '{type}'; supported are full_attention and sliding_attention"),
        })];
    }

    /// <summary>Qwen's: layers from <c>max_window_layers</c> on, where <c>use_sliding_window</c> is on.</summary>
    public static IReadOnlyList<int?> QwenWindows(ConfigFile config, int layers)
    {
        var window = config.Bool("use_sliding_window", false) ? config.OptionalPositiveInteger("sliding_window") : null;
        var first = config.Number("max_window_layers") ?? layers;
        return Windows(config, layers, window, layer => layer >= first);
    }
}
