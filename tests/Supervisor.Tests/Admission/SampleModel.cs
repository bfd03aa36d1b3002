using LmDeploy.Tests.Blank;

namespace LmDeploy.Supervisor.Tests.Admission;

/// <summary>Writes model folders of a known size: 4 layers, 2 key-value heads of 8, 16-bit weights.</summary>
internal static class SampleModel
{
    /// <summary>Embedding and output, the final norm, and for each layer queries, keys and values, output, the network and two norms.</summary>
    public const int Weights = (2 * 100 * 32) + 32 + (4 * ((64 * 32) + (32 * 32) + (3 * 64 * 32) + 64));

    public const int WeightFileBytes = 2 * Weights;

    /// <summary>One block of 64 tokens over all layers, keys and values, in 32 bits.</summary>
    public const long BlockBytes = 2 * 4 * 2 * 8 * 64 * 4;

    public static string Write(string folder, string dtype = "\"dtype\": \"bfloat16\"", int shards = 0) => BlankCheckpoint.Write(
        folder,
        $$"""
        {"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 32,
         "intermediate_size": 64, "vocab_size": 100,
         "max_position_embeddings": 4096, {{dtype}}}
        """,
        "BF16",
        shards);
}
