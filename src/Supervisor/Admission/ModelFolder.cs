using System.Text.Json;

namespace LmDeploy.Supervisor.Admission;

/// <summary>What a Hugging Face model folder says about its size, without a look into the weights.</summary>
/// <param name="Files">config.json and the weight files.</param>
/// <param name="WeightBytes">All weight files together.</param>
/// <param name="ElementSize">Bytes of one weight in the files.</param>
/// <param name="LongestContext">In tokens.</param>
internal sealed record ModelFolder(
    IReadOnlyList<FileInfo> Files, long WeightBytes, int ElementSize, int Layers, int KeyValueHeads, int HeadDim, int LongestContext)
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const long LargestJson = 64L << 20;
    private const int DefaultContext = 2048;

    /// <returns>Null when the folder cannot be read, or does not say what is needed here.</returns>
    public static ModelFolder? TryRead(string folder)
    {
        try
        {
            var config = new FileInfo(Path.Combine(folder, "config.json"));
            using var json = Parse(config);
            var root = json.RootElement;
            var weights = FindWeights(folder);
            if (Number(root, "num_hidden_layers") is not { } layers || Number(root, "num_attention_heads") is not { } heads || weights.Count == 0)
            {
                return null;
            }

            return new ModelFolder(
                [config, .. weights],
                weights.Sum(file => file.Length),
                (Text(root, "dtype") ?? Text(root, "torch_dtype")) is "bfloat16" or "float16" ? 2 : 4,
                layers,
                Number(root, "num_key_value_heads") ?? heads,
                Number(root, "head_dim") ?? (Number(root, "hidden_size") ?? 0) / heads,
                Number(root, "max_position_embeddings") ?? DefaultContext);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static List<FileInfo> FindWeights(string folder)
    {
        var single = new FileInfo(Path.Combine(folder, SingleFile));
        if (single.Exists)
        {
            return [single];
        }

        using var index = Parse(new FileInfo(Path.Combine(folder, IndexFile)));
        return [.. index.RootElement.GetProperty("weight_map").EnumerateObject()
            .Select(entry => entry.Value.GetString() ?? "")
            .Where(name => name.Length > 0 && Path.GetFileName(name) == name)
            .Distinct().Order(StringComparer.Ordinal)
            .Select(name => new FileInfo(Path.Combine(folder, name)))];
    }

    private static JsonDocument Parse(FileInfo file)
    {
        if (file.Length > LargestJson)
        {
            throw new InvalidOperationException($"{file.FullName} is too large");
        }

        using var stream = file.OpenRead();
        return JsonDocument.Parse(stream);
    }

    private static int? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 ? number : null;

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
