namespace LmDeploy.Supervisor.Tests.Admission;

/// <summary>Writes model folders of a known size: 4 layers, 2 key-value heads of 8, 16-bit weights.</summary>
internal static class SampleModel
{
    public const int WeightFileBytes = 100_000;

    /// <summary>One block of 64 tokens over all layers, keys and values, in 32 bits.</summary>
    public const long BlockBytes = 2 * 4 * 2 * 8 * 64 * 4;

    public static string Write(string folder, string dtype = "\"dtype\": \"bfloat16\"", int shards = 0)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            $$"""{"num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 32, "max_position_embeddings": 4096, {{dtype}}}""");
        if (shards == 0)
        {
            File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), new byte[WeightFileBytes]);
            return folder;
        }

        var names = Enumerable.Range(1, shards).Select(i => $"model-{i}.safetensors").ToList();
        names.ForEach(name => File.WriteAllBytes(Path.Combine(folder, name), new byte[WeightFileBytes]));
        var map = string.Join(", ", names.SelectMany((name, i) => new[] { $"\"a{i}\": \"{name}\"", $"\"b{i}\": \"{name}\"" }));
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), "{\"weight_map\": {" + map + "}}");
        return folder;
    }

    /// <summary>Puts a header in place of the weights.</summary>
    public static void WriteHeader(string folder, string header)
    {
        var text = System.Text.Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), [.. BitConverter.GetBytes((ulong)text.Length), .. text]);
    }
}
