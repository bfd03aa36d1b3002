using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Tests.Blank;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class MemoryEstimatorTests : IDisposable
{
    private const long Host = MemoryEstimator.HostOverhead;
    private const long Weights = 2 * SampleModel.WeightFileBytes;

    private readonly TemporaryFolder _folder = new();
    private readonly PeakStore _peaks;
    private readonly MemoryEstimator _estimator;
    private readonly string _model;

    public MemoryEstimatorTests()
    {
        _peaks = new PeakStore(_folder.File("peaks.json"), NullLogger<PeakStore>.Instance);
        _estimator = new MemoryEstimator(new ModelReader(), _peaks);
        _model = SampleModel.Write(_folder.File("m"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Estimate_OnACpuHasWeightsIn32BitsAndRoomForOneSequence()
    {
        var need = Estimate(new EngineConfig()).Need;

        need.Fixed.ShouldBe(Host + Weights);
        need.Least.ShouldBe(need.Fixed + (33 * SampleModel.BlockBytes), "2048 tokens and the block of padding");
        need.Most.ShouldBe(need.Fixed + (((64 * 128) + 1) * SampleModel.BlockBytes), "128 sequences of 4096 tokens");
        need.Share.ShouldBe(0.8);
    }

    [Fact]
    public void Estimate_OnAGpuHasTheCheckpointsType() =>
        _estimator.Estimate(Spec(new EngineConfig()), onGpu: true).Need.Least
            .ShouldBe(MemoryEstimator.GpuOverhead + SampleModel.WeightFileBytes + (33 * SampleModel.BlockBytes / 2));

    [Fact]
    public void Estimate_OfABlockCountIsExact()
    {
        var need = Estimate(new EngineConfig { CacheMaxEntryCount = 10 }).Need;

        need.Least.ShouldBe(Host + Weights + (11 * SampleModel.BlockBytes));
        need.Most.ShouldBe(need.Least);
    }

    [Fact]
    public void Estimate_FollowsTheSettings()
    {
        var need = Estimate(
            new EngineConfig { Dtype = EngineDtype.Bfloat16, SessionLen = 100, MaxBatchSize = 3, CacheBlockSeqLen = 32, CacheMaxEntryCount = 0.5 }).Need;

        need.Fixed.ShouldBe(Host + SampleModel.WeightFileBytes);
        need.Least.ShouldBe(need.Fixed + (5 * SampleModel.BlockBytes / 4), "4 blocks of half the tokens in half the bits");
        need.Most.ShouldBe(need.Fixed + (13 * SampleModel.BlockBytes / 4));
        need.Share.ShouldBe(0.5);
    }

    [Theory]
    [InlineData("\"torch_dtype\": \"float16\"", 1)]
    [InlineData("\"dtype\": \"float32\"", 2)]
    [InlineData("\"pad_token_id\": 7", 2)]
    public void Estimate_KnowsBothSpellingsOfTheType(string dtype, int factor) =>
        _estimator.Estimate(Spec(new EngineConfig(), SampleModel.Write(_folder.File("n"), dtype)), onGpu: true).Need.Fixed
            .ShouldBe(MemoryEstimator.GpuOverhead + (factor * SampleModel.WeightFileBytes));

    [Theory]
    [InlineData(
        """ "architectures": ["GPT2LMHeadModel"], "n_layer": 3, "n_head": 4, "n_embd": 32, "n_positions": 1024, "vocab_size": 8, "dtype": "float32" """,
        2 * 32 * 3)] // GPT-2's own names
    [InlineData("""
        "architectures": ["DeepseekV3ForCausalLM"], "num_hidden_layers": 3, "num_attention_heads": 2, "hidden_size": 8, "intermediate_size": 8,
        "vocab_size": 8, "max_position_embeddings": 64, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 8, "v_head_dim": 8,
        "n_routed_experts": 2, "num_experts_per_tok": 1, "moe_intermediate_size": 8
        """, 576 * 3)] // one latent vector for all heads
    public void Estimate_KnowsWhatFamiliesKeep(string config, long cacheWidth)
    {
        var model = BlankCheckpoint.Write(_folder.File("f"), $"{{{config}}}");
        var need = _estimator.Estimate(Spec(new EngineConfig { CacheMaxEntryCount = 10 }, model), onGpu: false).Need;
        need.Least.ShouldBe(need.Fixed + (11 * cacheWidth * 64 * 4));
    }

    [Fact]
    public void Estimate_CountsAllShards() =>
        _estimator.Estimate(Spec(new EngineConfig(), SampleModel.Write(_folder.File("s"), shards: 3)), onGpu: false).Need.Fixed.ShouldBe(Host + Weights);

    [Theory]
    [InlineData(null, "model_not_found", "There is no model folder")]
    [InlineData("", "invalid_config", "it has no config.json")]
    [InlineData("{", "invalid_config", "cannot be read")]
    [InlineData("[]", "invalid_config", "is not a JSON object")]
    [InlineData("{\"architectures\": [\"LlamaForCausalLM\"], \"num_hidden_layers\": \"four\"}", "invalid_config", "has no 'hidden_size'")]
    [InlineData("{\"architectures\": [\"FalconForCausalLM\"]}", "unsupported_architecture", "FalconForCausalLM")]
    [InlineData(BlankCheckpoint.Tiny, "invalid_checkpoint", "model.safetensors")]
    public void Estimate_OfAFolderThatCannotBeServedIsRefused(string? config, string code, string message)
    {
        if (config is not null)
        {
            Directory.CreateDirectory(_folder.File("bad"));
            if (config.Length > 0)
            {
                File.WriteAllText(_folder.File("bad/config.json"), config);
            }
        }

        var error = Should.Throw<SupervisorException>(() => _estimator.Estimate(Spec(new EngineConfig(), _folder.File("bad")), onGpu: false)).Error;
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void Estimate_OfAbsurdSizesFitsNowhereAndDoesNotOverflow()
    {
        var folder = WriteShapes(
            $$"""
            {"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 10000, "num_attention_heads": 65536, "head_dim": 4096, "hidden_size": {{int.MaxValue}},
             "intermediate_size": {{int.MaxValue}}, "vocab_size": {{int.MaxValue}}, "max_position_embeddings": {{int.MaxValue}}}
            """);
        Least(new EngineConfig { LoadFormat = LoadFormat.Dummy }).ShouldBeGreaterThan(long.MaxValue / 200);
        Least(new EngineConfig { LoadFormat = LoadFormat.Dummy, CacheMaxEntryCount = double.MaxValue }).ShouldBeGreaterThan(long.MaxValue / 200);

        long Least(EngineConfig engine) => _estimator.Estimate(Spec(engine, folder), onGpu: false).Need.Least;
    }

    [Fact]
    public void Peak_OfABlockCountReplacesTheEstimate()
    {
        var engine = new EngineConfig { CacheMaxEntryCount = 10 };
        _peaks.Note(Estimate(engine).Key, 123);

        Estimate(engine).Need.ShouldBe(new MemoryNeed(123, 123, 123, 0));
    }

    [Fact]
    public void Peak_OfAShareIsTheMostAndLeavesTheLeast()
    {
        var before = Estimate(new EngineConfig()).Need;
        _peaks.Note(Estimate(new EngineConfig()).Key, before.Least + 1000);

        Estimate(new EngineConfig()).Need.ShouldBe(before with { Most = before.Least + 1000 });
    }

    [Fact]
    public void Peak_IsThatOfTheSameFilesSettingsAndDevice()
    {
        var key = Estimate(new EngineConfig()).Key;

        Estimate(new EngineConfig { SessionLen = 9 }).Key.ShouldNotBe(key);
        Estimate(new EngineConfig { ChatTemplate = "x" }).Key.ShouldBe(key, "settings that take no memory");
        _estimator.Estimate(Spec(new EngineConfig()), onGpu: true).Key.ShouldNotBe(key);
        File.SetLastWriteTimeUtc(Path.Combine(_model, "model.safetensors"), DateTime.UnixEpoch);
        Estimate(new EngineConfig()).Key.ShouldNotBe(key);
    }

    [Fact]
    public void MemoryLimit_BoundsWhatIsPromised() =>
        _estimator.Estimate(
            PipelineSpec.Create(new OpenPipeline { Model = _model, Admission = new AdmissionConfig { MemoryLimitBytes = 100L << 20 } }, holderPid: 0),
            onGpu: false)
            .Need.Most.ShouldBe(100L << 20);

    /// <summary>How many numbers the models really have is known; each is counted within a hundredth.</summary>
    [Theory]
    [InlineData("Llama 3.1 8B", 8.03e9, """ "architectures":["LlamaForCausalLM"],"max_position_embeddings":8192,"hidden_size":4096,"intermediate_size":14336"""
        + ""","num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"tie_word_embeddings":false """)]
    [InlineData("Qwen2.5 0.5B", 0.494e9, """ "architectures":["Qwen2ForCausalLM"],"max_position_embeddings":8192,"hidden_size":896,"intermediate_size":4864"""
        + ""","num_hidden_layers":24,"num_attention_heads":14,"num_key_value_heads":2,"vocab_size":151936,"tie_word_embeddings":true """)]
    [InlineData(
        "Qwen3 30B A3B",
        30.53e9,
        """ "architectures":["Qwen3MoeForCausalLM"],"max_position_embeddings":8192,"num_experts_per_tok":8,"hidden_size":2048,"intermediate_size":6144,"moe_"""
            + """intermediate_size":768,"num_experts":128,"head_dim":128,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":"""
            + """4,"vocab_size":151936 """)]
    [InlineData("Mixtral 8x7B", 46.7e9, """ "architectures":["MixtralForCausalLM"],"max_position_embeddings":8192,"num_experts_per_tok":2,"hidden_size":4096"""
        + ""","intermediate_size":14336,"num_local_experts":8,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":32000 """)]
    [InlineData("GPT-2", 0.1237e9, """ "architectures":["GPT2LMHeadModel"],"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12,"vocab_size":50257 """)]
    public void Estimate_OfRandomWeightsIsOfTheShapes(string name, double weights, string config)
    {
        var need = _estimator
            .Estimate(Spec(new EngineConfig { LoadFormat = LoadFormat.Dummy, Dtype = EngineDtype.Bfloat16 }, WriteShapes($"{{{config}}}")), onGpu: true).Need;
        ((need.Fixed - MemoryEstimator.GpuOverhead) / 2.0).ShouldBe(weights, weights / 100, name);
    }

    [Fact]
    public void Estimate_OfRandomWeights_OfDeepSeek()
    {
        var folder = WriteShapes("""
            {"architectures":["DeepseekV3ForCausalLM"],"max_position_embeddings":4096,"num_experts_per_tok":8,"moe_layer_freq":1,"n_group":8,"topk_group":4,
             "hidden_size":7168,"intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":256,"n_shared_experts":1,"num_hidden_layers":61,
             "num_attention_heads":128,
             "num_key_value_heads":128,"vocab_size":129280,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128}
            """);
        var need = _estimator.Estimate(Spec(new EngineConfig { LoadFormat = LoadFormat.Dummy, Dtype = EngineDtype.Bfloat16 }, folder), onGpu: true).Need;
        ((need.Fixed - MemoryEstimator.GpuOverhead) / 2.0).ShouldBe(671e9, 1e9);
    }

    [Fact]
    public void Estimate_OfRandomWeightsDoesNotLookAtTheFiles()
    {
        var read = Estimate(new EngineConfig());
        var made = Estimate(new EngineConfig { LoadFormat = LoadFormat.Dummy });
        made.Key.ShouldNotBe(read.Key);
        Estimate(new EngineConfig { LoadFormat = LoadFormat.Auto }).Key.ShouldBe(read.Key);
        File.Delete(Path.Combine(_model, "model.safetensors"));
        Estimate(new EngineConfig { LoadFormat = LoadFormat.Dummy }).ShouldBe(made);
        made.Need.Fixed.ShouldBeGreaterThan(Host);
    }

    /// <summary>A folder of a model whose weights are made.</summary>
    private string WriteShapes(string config)
    {
        var folder = _folder.File("f");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
        return folder;
    }

    private MemoryEstimate Estimate(EngineConfig engine) => _estimator.Estimate(Spec(engine), onGpu: false);

    private PipelineSpec Spec(EngineConfig engine, string? model = null) =>
        PipelineSpec.Create(new OpenPipeline { Model = model ?? _model, Engine = engine }, holderPid: 0);
}
