using System.Text.Json;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Counts the weights that config.json asks for, for a model without a checkpoint: those of all matrices, rather too many than too few where families differ.</summary>
internal static class ConfiguredWeights
{
    private const int DefaultIntermediateFactor = 4;

    /// <summary>Past this nothing fits anyway.</summary>
    private const double Enough = 1e18;

    public static long Count(JsonElement root, int layers, int heads)
    {
        var hidden = Number(root, "hidden_size", "n_embd") ?? 0;
        var isGpt2 = root.TryGetProperty("n_embd", out _);
        var vocabulary = (Number(root, "vocab_size") ?? 0) * (IsTied(root, isGpt2) ? 1 : 2);
        return (long)Math.Min(Enough, (hidden * vocabulary) + (layers * (Attention(root, hidden, heads) + FeedForward(root, hidden, isGpt2 ? 2 : 3))));
    }

    private static double Attention(JsonElement root, double hidden, double heads)
    {
        if (Number(root, "kv_lora_rank") is not { } rank)
        {
            return 2 * hidden * (Number(root, "head_dim") ?? hidden / heads) * (heads + (Number(root, "num_key_value_heads") ?? heads));
        }

        var (nope, rope, value) = (Number(root, "qk_nope_head_dim") ?? 0, Number(root, "qk_rope_head_dim") ?? 0, Number(root, "v_head_dim") ?? 0);
        var queries = heads * (nope + rope);
        var query = Number(root, "q_lora_rank") is { } small ? small * (hidden + queries) : hidden * queries;
        return query + (hidden * (rank + rope)) + (rank * heads * (nope + value)) + (heads * value * hidden);
    }

    /// <summary>As if every layer had experts where there are any.</summary>
    private static double FeedForward(JsonElement root, double hidden, int matrices)
    {
        var size = Number(root, "intermediate_size", "n_inner") ?? hidden * DefaultIntermediateFactor;
        if ((Number(root, "num_local_experts", "num_experts") ?? Number(root, "n_routed_experts")) is not { } experts)
        {
            return hidden * matrices * size;
        }

        return hidden * (experts + (matrices * (Number(root, "moe_intermediate_size") ?? size) * (experts + (Number(root, "n_shared_experts") ?? 0))));
    }

    private static double? Number(JsonElement root, string name, string otherName = "") =>
        (root.TryGetProperty(name, out var value) || root.TryGetProperty(otherName, out value)) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : null;

    private static bool IsTied(JsonElement root, bool byDefault) =>
        root.TryGetProperty("tie_word_embeddings", out var value) ? value.ValueKind == JsonValueKind.True : byDefault;
}
