using System.Text.Json.Nodes;
using LmDeploy.Engine.Generation;
using LmDeploy.Models;
using LmDeploy.Models.Texts;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>Folders that cannot be served: each fails with a typed error that names the place.</summary>
[Collection(TorchTests.Name)]
public sealed class BadModelTests
{
    [Fact]
    public async Task MissingFolder_IsNotFound() =>
        (await LoadErrorAsync("/there/is/no/such/model")).ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe(ErrorCodes.ModelNotFound),
            error => error.Message.ShouldContain("/there/is/no/such/model"));

    [Fact]
    public async Task FolderWithoutConfig_IsRefused()
    {
        using var model = GoldenFolder.CopyOf("llama3");
        File.Delete(model.PathOf("config.json"));
        (await LoadErrorAsync(model.Path)).Message.ShouldContain("has no config.json");
    }

    [Theory]
    [InlineData("architectures", """["FooForCausalLM"]""", ErrorCodes.UnsupportedArchitecture, "FooForCausalLM")]
    [InlineData("architectures", "null", ErrorCodes.InvalidConfig, "architectures")]
    [InlineData("hidden_size", "\"big\"", ErrorCodes.InvalidConfig, "hidden_size")]
    [InlineData("hidden_size", "-1", ErrorCodes.InvalidConfig, "hidden_size")]
    [InlineData("hidden_size", "128", ErrorCodes.WrongShape, "model.embed_tokens.weight")]
    [InlineData("num_hidden_layers", "3", ErrorCodes.MissingTensor, "model.layers.2")]
    [InlineData("num_key_value_heads", "3", ErrorCodes.InvalidConfig, "num_key_value_heads")]
    [InlineData("vocab_size", "9", ErrorCodes.WrongShape, "model.embed_tokens.weight")]
    [InlineData("rms_norm_eps", "0", ErrorCodes.InvalidConfig, "rms_norm_eps")]
    [InlineData("hidden_act", "\"mish\"", ErrorCodes.InvalidConfig, "hidden_act")]
    [InlineData("quantization_config", "{}", ErrorCodes.UnsupportedDtype, "quantized")]
    [InlineData("rope_scaling", """{"rope_type":"spiral"}""", ErrorCodes.InvalidConfig, "spiral")]
    [InlineData("rope_scaling", """{"rope_type":"linear"}""", ErrorCodes.InvalidConfig, "factor")]
    [InlineData("rope_scaling", """{"rope_type":"longrope","factor":2,"short_factor":[1],"long_factor":[1]}""", ErrorCodes.InvalidConfig, "short_factor")]
    public async Task BadConfig_NamesTheKey(string key, string value, string code, string expected)
    {
        using var model = GoldenFolder.CopyOf("llama3");
        model.Configure(config => config[key] = JsonNode.Parse(value));
        var error = await LoadErrorAsync(model.Path);
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task BrokenConfig_IsRefused()
    {
        using var model = GoldenFolder.CopyOf("llama3");
        File.WriteAllText(model.PathOf("config.json"), "{\"architectures\": [");
        (await LoadErrorAsync(model.Path)).Code.ShouldBe(ErrorCodes.InvalidConfig);
    }

    [Fact]
    public async Task TruncatedWeights_AreRefused()
    {
        using var model = GoldenFolder.CopyOf("llama3");
        var path = model.PathOf("model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        var error = await LoadErrorAsync(model.Path);
        error.Code.ShouldBe(ErrorCodes.InvalidCheckpoint);
        error.Subject.ShouldBe(path);
    }

    [Fact]
    public async Task MissingShard_IsNamed()
    {
        using var model = GoldenFolder.CopyOf("qwen2");
        File.Delete(model.PathOf("model-00002-of-00004.safetensors"));
        (await LoadErrorAsync(model.Path)).Message.ShouldContain("model-00002-of-00004.safetensors");
    }

    [Fact]
    public async Task ShardOutsideTheFolder_IsNotOpened()
    {
        using var model = GoldenFolder.CopyOf("qwen2");
        File.WriteAllText(model.PathOf("model.safetensors.index.json"), """{"weight_map":{"a":"../secret.safetensors"}}""");
        (await LoadErrorAsync(model.Path)).Message.ShouldContain("is not a file name in the model folder");
    }

    [Fact]
    public async Task BrokenTokenizer_IsRefused()
    {
        using var model = GoldenFolder.CopyOf("llama3");
        File.WriteAllText(model.PathOf("tokenizer.json"), "{}");
        (await LoadErrorAsync(model.Path)).Code.ShouldBe(ErrorCodes.InvalidTokenizer);
    }

    [Fact]
    public async Task BrokenTemplate_IsRefused()
    {
        using var model = GoldenFolder.CopyOf("llama3");
        File.WriteAllText(model.PathOf("chat_template.jinja"), "{% for %}");
        (await LoadErrorAsync(model.Path)).Code.ShouldBe(ErrorCodes.InvalidTemplate);
    }

    [Theory]
    [InlineData("session_len", 0)]
    [InlineData("max_batch_size", 0)]
    [InlineData("threads", -1)]
    [InlineData("threads", 100_000)]
    [InlineData("cache_block_seq_len", 0)]
    public async Task BadSetting_IsNamed(string setting, int value)
    {
        var config = new EngineConfig();
        EngineConfig.Descriptor.FindFieldByName(setting).Accessor.SetValue(config, value);
        var error = await Should.ThrowAsync<EngineException>(LoadAsync(Path.Combine(GoldenModel.Root, "llama3"), config));
        error.Subject.ShouldBe(setting);
        error.Code.ShouldBe(ErrorCodes.InvalidConfig);
    }

    [Fact]
    public async Task CacheThatDoesNotFit_IsOutOfMemory()
    {
        var error = await Should.ThrowAsync<EngineException>(
            LoadAsync(Path.Combine(GoldenModel.Root, "llama3"), new EngineConfig { Device = EngineDevice.Cpu, CacheMaxEntryCount = 1e12 }));
        error.Code.ShouldBe(ErrorCodes.OutOfMemory);
    }

    [Fact]
    public async Task SessionLongerThanLearnedPositions_IsRefused()
    {
        var error = await Should.ThrowAsync<EngineException>(
            LoadAsync(Path.Combine(GoldenModel.Root, "gpt2"), new EngineConfig { Device = EngineDevice.Cpu, SessionLen = 513 }));
        error.Subject.ShouldBe("session_len");
        error.Message.ShouldContain("at most 512");
    }

    [Theory]
    [InlineData("null", 513, false)]
    [InlineData("null", 512, true)]
    [InlineData("""{"rope_type": "linear", "factor": 2}""", 1024, true)]
    [InlineData("""{"rope_type": "yarn", "factor": 2, "original_max_position_embeddings": 512}""", 1025, false)]
    public async Task SessionLongerThanTheModelWasMadeFor_IsRefused_UnlessForced(string scaling, int sessionLen, bool fits)
    {
        using var model = GoldenFolder.CopyOf("qwen3");
        model.Configure(json => json["rope_scaling"] = JsonNode.Parse(scaling));
        var config = new EngineConfig { Device = EngineDevice.Cpu, SessionLen = sessionLen, CacheMaxEntryCount = 16 };
        if (!fits)
        {
            var error = await Should.ThrowAsync<EngineException>(LoadAsync(model.Path, config));
            (error.Code, error.Subject).ShouldBe((ErrorCodes.InvalidConfig, "session_len"));
            error.Message.ShouldContain("allow_long_session_len");
            config.AllowLongSessionLen = true;
        }

        await LoadAsync(model.Path, config);
    }

    [Fact]
    public async Task TensorThatTheIndexSaysIsElsewhere_DoesNotCount()
    {
        using var model = GoldenFolder.CopyOf("qwen3");
        var checkpoint = CheckpointFile.Read(model);
        checkpoint.Write();
        var good = checkpoint.Tensors.Keys.ToArray();
        File.Move(model.PathOf("model.safetensors"), model.PathOf("good"));
        var norm = checkpoint.Tensors["model.norm.weight"];
        checkpoint.Tensors.Clear();
        checkpoint.Tensors.Add("extra.weight", (norm.Dtype, [1], norm.Data[..(norm.Data.Length / (int)norm.Shape[0])]));
        checkpoint.Tensors.Add("model.norm.weight", (norm.Dtype, [1], norm.Data[..(norm.Data.Length / (int)norm.Shape[0])]));
        checkpoint.Write();
        File.Move(model.PathOf("model.safetensors"), model.PathOf("bad.safetensors"));
        File.Move(model.PathOf("good"), model.PathOf("good.safetensors"));

        // The other copy comes first, and something else that is not in the index is taken of its file.
        var map = new JsonObject { ["extra.weight"] = "bad.safetensors" };
        foreach (var tensor in good)
        {
            map[tensor] = "good.safetensors";
        }

        File.WriteAllText(model.PathOf("model.safetensors.index.json"), $$"""{"metadata": {"total_size": NaN}, "weight_map": {{map.ToJsonString()}}}""");
        await LoadAsync(model.Path, new EngineConfig { Device = EngineDevice.Cpu, CacheMaxEntryCount = 16 });
        map["model.embed_tokens.weight"] = "bad.safetensors";
        File.WriteAllText(model.PathOf("model.safetensors.index.json"), $$"""{"weight_map": {{map.ToJsonString()}}}""");
        var error = await LoadErrorAsync(model.Path);
        (error.Code, error.Subject).ShouldBe((ErrorCodes.MissingTensor, "model.embed_tokens.weight"));
    }

    [Theory]
    [InlineData("gpt_oss", "model.layers.0.self_attn.sinks")]
    [InlineData("deepseek_v3", "model.layers.1.mlp.gate.e_score_correction_bias")]
    [InlineData("qwen3_moe", "model.layers.1.mlp.experts.7.up_proj.weight")]
    public async Task MissingTensor_IsNamed(string name, string tensor)
    {
        using var model = GoldenFolder.CopyOf(name);
        var checkpoint = CheckpointFile.Read(model);
        checkpoint.Take(tensor);
        checkpoint.Write();
        var error = await LoadErrorAsync(model.Path);
        error.Code.ShouldBe(ErrorCodes.MissingTensor);
        error.Subject.ShouldBe(tensor);
    }

    /// <summary>The error of a load; where the reader of folders that all programs have refuses the folder too, it has the same one.</summary>
    private static async Task<EngineException> LoadErrorAsync(string folder)
    {
        var error = await Should.ThrowAsync<EngineException>(LoadAsync(folder, new EngineConfig { Device = EngineDevice.Cpu }));
        var refusal = Refusal(folder);
        (refusal?.Code ?? error.Code, refusal?.Message ?? error.Message, refusal?.Subject ?? error.Subject).ShouldBe(
            (error.Code, error.Message, error.Subject));
        return error;
    }

    private static EngineException? Refusal(string folder)
    {
        try
        {
            using var model = ModelFolder.Open(folder);
            ModelText.Check(folder, "", model.Config);
            return null;
        }
        catch (EngineException e)
        {
            return e;
        }
    }

    private static async Task LoadAsync(string folder, EngineConfig config) =>
        (await TextModel.LoadAsync(folder, config, () => { }, null, (_, _) => { }, CancellationToken.None)).Dispose();
}
