using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>Gives the weights of a Llama the names and the layout of InternLM 2.</summary>
internal static class InternLm2Checkpoint
{
    public static void Make(GoldenFolder model)
    {
        var config = model.Configure(json => json["architectures"] = new JsonArray("InternLM2ForCausalLM"));
        var (heads, kv, hidden) = (
            config["num_attention_heads"]!.GetValue<int>(), config["num_key_value_heads"]!.GetValue<int>(), config["hidden_size"]!.GetValue<int>());
        kv.ShouldBeLessThan(heads, "groups of queries are what this is about");
        var checkpoint = CheckpointFile.Read(model);
        for (var layer = 0; layer < config["num_hidden_layers"]!.GetValue<int>(); layer++)
        {
            var name = $"model.layers.{layer}.self_attn";
            var head = hidden / heads * hidden * sizeof(ushort);
            var (q, k, v) = (
                checkpoint.Take($"{name}.q_proj.weight").Data, checkpoint.Take($"{name}.k_proj.weight").Data, checkpoint.Take($"{name}.v_proj.weight").Data);
            checkpoint.Join($"{name}.wqkv.weight", [hidden + (2 * kv * (hidden / heads)), hidden], Enumerable.Range(0, kv).SelectMany(group => new[]
            {
                q[(group * (heads / kv) * head)..((group + 1) * (heads / kv) * head)],
                k[(group * head)..((group + 1) * head)],
                v[(group * head)..((group + 1) * head)],
            }));
        }

        checkpoint.Rename(name => name
            .Replace("embed_tokens", "tok_embeddings").Replace("lm_head", "output")
            .Replace("input_layernorm", "attention_norm").Replace("post_attention_layernorm", "ffn_norm")
            .Replace("self_attn.o_proj", "attention.wo").Replace("self_attn", "attention")
            .Replace("mlp.gate_proj", "feed_forward.w1").Replace("mlp.up_proj", "feed_forward.w3").Replace("mlp.down_proj", "feed_forward.w2"));
        checkpoint.Write();
    }
}
