using System.Text.Json.Nodes;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Families;
using LmDeploy.Models.Specs;
using LmDeploy.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Tests.Families;

/// <summary>What each family makes of its keys, in old spelling and new, with defaults for those that are missing.</summary>
public sealed class FamilyTests
{
    [Theory]
    [InlineData("missing", 50.0, 30.0)]
    [InlineData("null", null, null)]
    [InlineData("7.5", 7.5, 7.5)]
    public void Gemma2_CapsAreDefaultWhereMissingAndOffWhereNull(string value, double? score, double? logit)
    {
        var spec = Describe("gemma2", config =>
        {
            foreach (var key in new[] { "attn_logit_softcapping", "final_logit_softcapping" })
            {
                config.Remove(key);
                if (value != "missing")
                {
                    config[key] = JsonNode.Parse(value);
                }
            }
        });
        spec.Attention.ScoreCap.ShouldBe(score);
        spec.LogitCap.ShouldBe(logit);
    }

    [Fact]
    public void Gemma2_WithoutLayerTypes_SlidesOnEveryOtherLayerFromTheFirst() =>
        Describe("gemma2", config => config.Remove("layer_types")).SlidingWindows.ShouldBe([32, null, 32, null]);

    [Fact]
    public void Gemma2_ScalesByItsOwnScalar() =>
        Describe("gemma2", config => config["query_pre_attn_scalar"] = 64).Attention.ScaleOf(0).ShouldBe(1.0 / 8);

    [Fact]
    public void Gemma3_HasARopeForEachKindOfLayer()
    {
        var spec = Describe(
            "gemma3",
            config => config["rope_parameters"]!["full_attention"] = JsonNode.Parse("""{"rope_type":"linear","factor":8.0,"rope_theta":2000000.0}"""));
        (spec.Rope!.Kind, spec.Rope.Factor, spec.Rope.Theta).ShouldBe((RopeKind.Linear, 8, 2_000_000));
        (spec.SlidingRope!.Kind, spec.SlidingRope.Theta).ShouldBe((RopeKind.Default, 10_000));
    }

    [Fact]
    public void Gemma3_InItsOldSpelling_ScalesTheFullLayersOnly()
    {
        var spec = Describe("gemma3", config =>
        {
            config.Remove("rope_parameters");
            config.Remove("layer_types");
            config["sliding_window_pattern"] = 3;
            config["rope_scaling"] = JsonNode.Parse("""{"rope_type":"linear","factor":8.0}""");
            config["rope_local_base_freq"] = 5000.0;
        });
        (spec.Rope!.Kind, spec.Rope.Theta).ShouldBe((RopeKind.Linear, 1_000_000));
        (spec.SlidingRope!.Kind, spec.SlidingRope.Theta).ShouldBe((RopeKind.Default, 5000));
        spec.SlidingWindows.ShouldBe([32, 32, null, 32, 32, null]);
    }

    [Fact]
    public void Qwen3Moe_IsDenseWhereItSaysSo()
    {
        var spec = Describe("qwen3_moe", config =>
        {
            config["num_hidden_layers"] = 4;
            config["mlp_only_layers"] = new JsonArray(3);
            config["decoder_sparse_step"] = 2;
            config["num_experts"] = config["num_local_experts"]!.DeepClone();
            config.Remove("num_local_experts");
            config.Remove("norm_topk_prob");
        });
        spec.Moe!.SparseLayers.ShouldBe([false, true, false, false]);
        spec.Moe.Experts.ShouldBe(8);
        spec.Moe.Normalize.ShouldBeFalse();
    }

    [Fact]
    public void DeepseekV3_ScalesScoresByYarn()
    {
        var spec = Describe("deepseek_v3", config => config["rope_scaling"] = JsonNode.Parse(
            """{"type":"yarn","factor":40,"mscale":1.0,"mscale_all_dim":1.0,"original_max_position_embeddings":128,"beta_fast":32,"beta_slow":1}"""));
        var multiplier = (0.1 * Math.Log(40)) + 1;
        spec.Attention.ScaleOf(0).ShouldBe(multiplier * multiplier / Math.Sqrt(48), 1e-12);
        new RopeFrequencies(spec.Rope!).AttentionFactor.ShouldBe(1);
    }

    [Fact]
    public void DeepseekV3_ReadsItsExperts()
    {
        var spec = Describe("deepseek_v3", config =>
        {
            config["first_k_dense_replace"] = 2;
            config["n_shared_experts"] = 3;
            config["norm_topk_prob"] = false;
            config["q_lora_rank"] = null;
            config["rope_interleave"] = false;
        });
        spec.Moe!.SparseLayers.ShouldBe([false, false, true]);
        spec.Moe.SharedIntermediateSize.ShouldBe(96);
        spec.Moe.Normalize.ShouldBeFalse();
        spec.Attention.Latent!.QueryRank.ShouldBeNull();
        spec.Rope!.Interleaved.ShouldBeFalse();
        spec.Rope.Dimensions.ShouldBe(16);
    }

    [Fact]
    public void DeepseekV3_NeedsNoHeadSizeThatTheHiddenSizeDividesInto() =>
        Describe("deepseek_v3", config =>
        {
            config.Remove("head_dim");
            config["num_attention_heads"] = 12;
            config["num_key_value_heads"] = 12;
        }).Attention.Heads.ShouldBe(12);

    [Theory]
    [InlineData("su")]
    [InlineData("yarn")]
    [InlineData("longrope")]
    public void Phi3_TakesItsTrainedContextFromBesideTheRope(string type)
    {
        var spec = Describe("phi3", config =>
        {
            config["partial_rotary_factor"] = 0.5;
            config["original_max_position_embeddings"] = 128;
            config["rope_scaling"] = JsonNode.Parse($$"""{"type":"{{type}}","short_factor":[1,1,1,1],"long_factor":[2,2,2,2]}""");
        });
        spec.Rope!.Kind.ShouldBe(RopeKind.LongRope);
        spec.Rope.Dimensions.ShouldBe(8);
        spec.Rope.OriginalMaxPositions.ShouldBe(128);
        spec.Rope.Factor.ShouldBe(4);
    }

    [Fact]
    public void PartialRotaryFactor_IsReadInItsNewPlaceToo() =>
        Describe("glm4", config =>
        {
            config.Remove("partial_rotary_factor");
            config["rope_parameters"] = JsonNode.Parse("""{"rope_type":"default","rope_theta":10000.0,"partial_rotary_factor":0.25}""");
        }).Rope!.Dimensions.ShouldBe(4);

    [Fact]
    public void Glm4_RotatesHalfOfAHeadByDefault() =>
        Describe("glm4", config => config.Remove("partial_rotary_factor")).Rope!.Dimensions.ShouldBe(8);

    [Fact]
    public void Gpt2_HasDefaultsOfItsOwn()
    {
        var spec = Describe("gpt2", config => config["scale_attn_by_inverse_layer_idx"] = true);
        spec.IntermediateSize.ShouldBe(256);
        spec.LongestContext.ShouldBe(512);
        spec.Attention.ScaleOf(1).ShouldBe(1.0 / 4 / 2);
        Describe("gpt2", config => config["scale_attn_weights"] = false).Attention.ScaleOf(0).ShouldBe(1);
    }

    [Fact]
    public void GptOss_DefaultsToItsPublishedWindowAndTheta()
    {
        var spec = Describe("gpt_oss", config =>
        {
            config.Remove("layer_types");
            config.Remove("sliding_window");
            config.Remove("rope_parameters");
        });
        spec.SlidingWindows.ShouldBe([128, null]);
        spec.Rope!.Theta.ShouldBe(150_000);
    }

    [Fact]
    public void Mixtral_DefaultsToItsPublishedTheta() =>
        Describe("mixtral", config => config.Remove("rope_theta")).Rope!.Theta.ShouldBe(1_000_000);

    [Theory]
    [InlineData("qwen2", "use_sliding_window", "true", "max_window_layers", "1")]
    [InlineData("qwen3", "use_sliding_window", "true", "max_window_layers", "1")]
    public void Qwen_SlidesFromTheNamedLayerOn(string name, string key, string value, string other, string otherValue)
    {
        var spec = Describe(name, config =>
        {
            config.Remove("layer_types");
            config["sliding_window"] = 24;
            config[key] = JsonNode.Parse(value);
            config[other] = JsonNode.Parse(otherValue);
        });
        spec.SlidingWindows.ShouldBe([null, .. Enumerable.Repeat<int?>(24, spec.Layers - 1)]);
    }

    [Theory]
    [InlineData("llama3", "hidden_act", "\"mish\"", "gelu_pytorch_tanh")]
    [InlineData("gemma2", "hidden_activation", "\"mish\"", "silu")]
    [InlineData("gemma3", "use_bidirectional_attention", "true", "earlier tokens")]
    [InlineData(
        "gemma3",
        "layer_types",
        """["chunked_attention","full_attention","full_attention","full_attention","full_attention","full_attention"]""",
        "chunked_attention")]
    [InlineData("qwen3_moe", "num_experts_per_tok", "9", "at most")]
    [InlineData("deepseek_v3", "scoring_func", "\"softmax\"", "sigmoid")]
    [InlineData("deepseek_v3", "n_group", "3", "evenly")]
    [InlineData("deepseek_v3", "topk_group", "5", "n_group (2)")]
    [InlineData("glm4", "partial_rotary_factor", "1.5", "at most 1")]
    [InlineData("gpt2", "n_head", "5", "n_embd (64)")]
    [InlineData("phi3", "rope_scaling", """{"type":"longrope","short_factor":[1],"long_factor":[1]}""", "8 numbers")]
    public void WhatIsNotSupported_IsNamedWithWhatIs(string name, string key, string value, string expected)
    {
        var error = Should.Throw<EngineException>(() => Describe(name, config => config[key] = JsonNode.Parse(value)));
        error.Code.ShouldBe(ErrorCodes.InvalidConfig);
        error.Message.ShouldContain(key == "rope_scaling" ? "rope_scaling.short_factor" : key);
        error.Message.ShouldContain("config.json");
        error.Message.ShouldContain(expected);
    }

    private static DecoderSpec Describe(string golden, Action<JsonObject> change)
    {
        using var model = GoldenFolder.CopyOf(golden);
        model.Configure(change);
        return ModelFamilies.Describe(ConfigFile.Open(model.Path, "config.json"));
    }
}
