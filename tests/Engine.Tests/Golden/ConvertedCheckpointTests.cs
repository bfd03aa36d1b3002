using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>Golden checkpoints in other clothes: the same weights under the names, layouts and keys of another family or time give the same answers.</summary>
[Collection(TorchTests.Name)]
public sealed class ConvertedCheckpointTests
{
    [Fact]
    public async Task InternLm2_ReadsLlamaWeightsFusedByKeyValueHead()
    {
        using var model = GoldenFolder.CopyOf("llama3");
        InternLm2Checkpoint.Make(model);
        await GoldenRun.CompareAsync(model.Path, GoldenRun.Config, GoldenModel.Read("llama3").Prompts);
    }

    [Fact]
    public async Task InternLm3_ReadsLlamaWeightsWithBiases()
    {
        using var model = GoldenFolder.CopyOf("variant-llama-bias");
        model.Configure(config =>
        {
            config["architectures"] = new JsonArray("InternLM3ForCausalLM");
            config["qkv_bias"] = config["attention_bias"]!.DeepClone();
            config["bias"] = config["mlp_bias"]!.DeepClone();
        });
        await GoldenRun.CompareAsync(model.Path, GoldenRun.Config, GoldenModel.Read("variant-llama-bias").Prompts);
    }

    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    public async Task PlainWeights_OfOtherTypes_AreRead(string dtype)
    {
        using var model = GoldenFolder.CopyOf("llama3");
        var checkpoint = CheckpointFile.Read(model);
        foreach (var (name, tensor) in checkpoint.Tensors.ToArray())
        {
            var wide = CheckpointFile.Widen(tensor.Data);
            checkpoint.Tensors[name] = dtype == "F32"
                ? (dtype, tensor.Shape, wide)
                : Bytes.Halves(MemoryMarshal.Cast<byte, float>(wide).ToArray(), tensor.Shape);
        }

        checkpoint.Write();
        await GoldenRun.CompareAsync(model.Path, GoldenRun.Config, GoldenModel.Read("llama3").Prompts);
    }

    [Fact]
    public async Task Gpt2_ReadsNamesOfTheBareModel()
    {
        using var model = GoldenFolder.CopyOf("gpt2");
        var checkpoint = CheckpointFile.Read(model);
        checkpoint.Rename(name => name.Replace("transformer.", ""));
        checkpoint.Write();
        await GoldenRun.CompareAsync(model.Path, GoldenRun.Config, GoldenModel.Read("gpt2").Prompts);
    }

    [Theory]
    [InlineData("qwen3_moe", "mlp", "gate_proj", "up_proj", "down_proj")]
    [InlineData("mixtral", "block_sparse_moe", "w1", "w3", "w2")]
    public async Task Experts_AreReadFromOneTensorForAll(string name, string mlp, string gate, string up, string down)
    {
        using var model = GoldenFolder.CopyOf(name);
        var checkpoint = CheckpointFile.Read(model);
        foreach (var router in checkpoint.Tensors.Keys.Where(key => key.EndsWith($"{mlp}.gate.weight")).ToArray())
        {
            var prefix = router.Replace("gate.weight", "experts");
            var experts = checkpoint.Tensors[router].Shape[0];
            var shape = checkpoint.Tensors[$"{prefix}.0.{gate}.weight"].Shape;
            var gateUp = Enumerable.Range(0, (int)experts)
                .SelectMany(i => new[] { checkpoint.Take($"{prefix}.{i}.{gate}.weight").Data, checkpoint.Take($"{prefix}.{i}.{up}.weight").Data })
                .ToList();
            checkpoint.Join($"{prefix}.gate_up_proj", [experts, 2 * shape[0], shape[1]], gateUp);
            var downs = Enumerable.Range(0, (int)experts).Select(i => checkpoint.Take($"{prefix}.{i}.{down}.weight").Data).ToList();
            checkpoint.Join($"{prefix}.down_proj", [experts, shape[1], shape[0]], downs);
        }

        checkpoint.Write();
        await GoldenRun.CompareAsync(model.Path, GoldenRun.Config, GoldenModel.Read(name).Prompts);
    }

    [Fact]
    public async Task Gemma3_InItsOldSpelling_GivesTheSame()
    {
        using var model = GoldenFolder.CopyOf("gemma3");
        model.Configure(config =>
        {
            foreach (var key in new[] { "layer_types", "rope_parameters", "_sliding_window_pattern", "tie_word_embeddings", "hidden_activation" })
            {
                config.Remove(key).ShouldBeTrue(key);
            }

            config["sliding_window_pattern"] = 6;
            config["rope_theta"] = 1_000_000.0;
            config["rope_local_base_freq"] = 10_000.0;
            config["rope_scaling"] = null;
        });
        await GoldenRun.CompareAsync(model.Path, GoldenRun.Config, GoldenModel.Read("gemma3").Prompts);
    }

    [Fact]
    public async Task DeepseekV3_WithoutASmallQueryVector_IsTheSameInPieces()
    {
        using var model = GoldenFolder.CopyOf("deepseek_v3");
        model.Configure(config => config["q_lora_rank"] = null);
        var checkpoint = CheckpointFile.Read(model);
        var random = new Random(1);
        foreach (var name in checkpoint.Tensors.Keys.Where(key => key.EndsWith("q_b_proj.weight")).ToArray())
        {
            var rows = checkpoint.Take(name).Shape[0];
            var values = Enumerable.Range(0, (int)rows * 64).Select(_ => (random.NextSingle() - 0.5f) / 4);
            checkpoint.Tensors[name.Replace("q_b_proj", "q_proj")] = ("BF16", [rows, 64], CheckpointFile.Narrow(values));
            checkpoint.Take(name.Replace("q_b_proj", "q_a_proj"));
        }

        checkpoint.Write();
        var prompts = GoldenModel.Read("deepseek_v3").Prompts;
        var whole = await GoldenRun.RunAsync(model.Path, GoldenRun.Config, prompts);
        var pieces = await GoldenRun.RunAsync(model.Path, GoldenRun.Chunked, prompts);
        for (var i = 0; i < prompts.Count; i++)
        {
            pieces[i].PromptLogprobs.ShouldBe(whole[i].PromptLogprobs, 1e-4);
            pieces[i].Tokens.ShouldBe(whole[i].Tokens, $"prompt {i}");
        }
    }
}
