using LmDeploy.Json;
using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>What a Hugging Face model folder says about its size, without a look into the weights themselves.</summary>
/// <param name="Files">config.json and, where they are read, the weight files.</param>
/// <param name="Weights">How many.</param>
/// <param name="ElementSize">Bytes of one weight, as the model says.</param>
/// <param name="CacheWidth">Numbers that the cache holds of one token in one layer.</param>
/// <param name="LongestContext">In tokens.</param>
internal sealed record ModelFolder(
    IReadOnlyList<FileInfo> Files, long Weights, int ElementSize, int Layers, long CacheWidth, int LongestContext)
{
    private const string ConfigFile = "config.json";
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";
    private const long LargestJson = 64L << 20;
    private const int DefaultContext = 2048;

    /// <summary>Refuses a folder whose config.json is there and no file, such as a named pipe: to start a worker would only tell that later.</summary>
    /// <exception cref="SupervisorException">Code <c>invalid_config</c>.</exception>
    public static void RequireFile(string folder)
    {
        var path = Path.Combine(folder, ConfigFile);
        try
        {
            ModelFile.Open(path).Dispose();
        }
        catch (FileNotFoundException)
        {
            return; // The worker says what a folder needs.
        }
        catch (IOException exception) when (!ResourceShortage.Is(exception))
        {
            throw new SupervisorException(ErrorCodes.InvalidConfig, $"'{path}' cannot be read: {exception.Message}", path);
        }
    }

    /// <param name="readsWeights">Whether the weights are those of the folder; else they are made as config.json says.</param>
    /// <returns>Null when the folder cannot be read, or does not say what is needed here.</returns>
    public static ModelFolder? TryRead(string folder, bool readsWeights = true)
    {
        try
        {
            var config = new FileInfo(Path.Combine(folder, ConfigFile));
            using var json = Parse(config);
            var root = json.RootElement;
            var weights = readsWeights ? FindWeights(folder) : [];
            if (Number(root, "num_hidden_layers", "n_layer") is not { } layers || Number(root, "num_attention_heads", "n_head") is not { } heads || (readsWeights && weights.Count == 0))
            {
                return null;
            }

            var elementSize = (Text(root, "dtype") ?? Text(root, "torch_dtype")) is "bfloat16" or "float16" ? 2 : 4;
            return new ModelFolder(
                [config, .. weights],
                !readsWeights ? ConfiguredWeights.Count(root, layers, heads) : QuantizedWeights.Count(folder, root, weights) ?? (weights.Sum(file => file.Length) / elementSize),
                elementSize,
                layers,
                CacheWidthOf(root, heads),
                Number(root, "max_position_embeddings", "n_positions") ?? DefaultContext);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or ArgumentException
            or OverflowException or KeyNotFoundException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Keys and values of each head, or one latent vector and one rotated key for all of them.</summary>
    private static long CacheWidthOf(JsonElement root, int heads) => Number(root, "kv_lora_rank") is { } rank
        ? (long)rank + (Number(root, "qk_rope_head_dim") ?? 0)
        : 2L * (Number(root, "num_key_value_heads") ?? heads) * (Number(root, "head_dim") ?? (Number(root, "hidden_size", "n_embd") ?? 0) / heads);

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

    private static JsonDocument Parse(FileInfo file) => PythonJson.Parse(ModelFile.ReadAll(file.FullName, LargestJson));

    private static int? Number(JsonElement root, string name, string otherName = "") =>
        (root.TryGetProperty(name, out var value) || root.TryGetProperty(otherName, out value)) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : null;

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
