using System.Text.Json;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Families;
using LmDeploy.Models.Weights;

namespace LmDeploy.Tests.Blank;

/// <summary>
/// Makes model folders that admission lets pass, of a config.json alone: every tensor that it asks for is there, and zero. Their tokenizer is empty.
/// </summary>
internal static class BlankCheckpoint
{
    /// <summary>As small as models get: the weights and the cache of 128 sequences take some 130 KiB.</summary>
    public const string Tiny = """
        {"architectures": ["LlamaForCausalLM"], "vocab_size": 8, "hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64}
        """;

    /// <param name="folder">Made where it does not exist.</param>
    /// <param name="dtype">As safetensors spells it.</param>
    /// <param name="shards">0 for one file without an index.</param>
    /// <returns>The folder.</returns>
    public static string Write(string folder, string config = Tiny, string dtype = "F32", int shards = 0)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
        var weights = DecoderWeights.Of(ModelFamilies.Describe(ConfigFile.Open(folder, "config.json")), _ => false);
        var tensors = weights.Tensors
            .SelectMany(tensor => tensor.Parts.Select(part => (part.Name, Shape: tensor.StoredShape(part, isOutputsFirst: false))))
            .ToList();
        if (shards == 0)
        {
            WriteFile(Path.Combine(folder, "model.safetensors"), tensors, dtype);
            return folder;
        }

        var map = new Dictionary<string, string>();
        foreach (var shard in tensors.Chunk((tensors.Count + shards - 1) / shards))
        {
            var name = $"model-{map.Count}.safetensors";
            WriteFile(Path.Combine(folder, name), shard, dtype);
            Array.ForEach(shard, tensor => map.Add(tensor.Name, name));
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
        return folder;
    }

    private static void WriteFile(string path, IEnumerable<(string Name, long[] Shape)> tensors, string dtype)
    {
        var size = dtype == "F32" ? 4 : 2;
        var end = 0L;
        var header = tensors.ToDictionary(tensor => tensor.Name, tensor =>
        {
            var begin = end;
            end += tensor.Shape.Aggregate((long)size, (product, dimension) => product * dimension);
            return new { dtype, shape = tensor.Shape, data_offsets = new[] { begin, end } };
        });
        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)text.Length));
        file.Write(text);
        file.SetLength(file.Position + end);
    }
}
