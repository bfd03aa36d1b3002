using LmDeploy.Supervisor.Admission;
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
        _estimator = new MemoryEstimator(_peaks);
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
        var need = Estimate(new EngineConfig { Dtype = "bfloat16", SessionLen = 100, MaxBatchSize = 3, CacheBlockSeqLen = 32, CacheMaxEntryCount = 0.5 }).Need;

        need.Fixed.ShouldBe(Host + SampleModel.WeightFileBytes);
        need.Least.ShouldBe(need.Fixed + (5 * SampleModel.BlockBytes / 4), "4 blocks of half the tokens in half the bits");
        need.Most.ShouldBe(need.Fixed + (13 * SampleModel.BlockBytes / 4));
        need.Share.ShouldBe(0.5);
    }

    [Theory]
    [InlineData("\"torch_dtype\": \"float16\"", 2)]
    [InlineData("\"dtype\": \"float32\"", 1)]
    [InlineData("\"vocab_size\": 7", 1)]
    public void Estimate_KnowsBothSpellingsOfTheType(string dtype, int factor) =>
        _estimator.Estimate(Spec(new EngineConfig(), SampleModel.Write(_folder.File("n"), dtype)), onGpu: false).Need.Fixed
            .ShouldBe(Host + (factor * SampleModel.WeightFileBytes));

    [Theory]
    [InlineData(""" "n_layer": 3, "n_head": 4, "n_embd": 32, "n_positions": 1024, "dtype": "float32" """, 2 * 32 * 3, 25_000)] // GPT-2's own names
    [InlineData(""" "num_hidden_layers": 3, "num_attention_heads": 128, "num_key_value_heads": 128, "hidden_size": 7168, "kv_lora_rank": 512, "qk_rope_head_dim": 64 """, 576 * 3, 25_000)] // one latent vector for all heads
    public void Estimate_KnowsWhatFamiliesKeep(string config, long cacheWidth, long weights)
    {
        var model = SampleModel.Write(_folder.File("f"));
        File.WriteAllText(Path.Combine(model, "config.json"), $"{{{config}}}");

        var need = _estimator.Estimate(Spec(new EngineConfig { CacheMaxEntryCount = 10 }, model), onGpu: false).Need;

        need.Fixed.ShouldBe(Host + (4 * weights));
        need.Least.ShouldBe(need.Fixed + (11 * cacheWidth * 64 * 4));
    }

    [Theory]
    [InlineData("\"quantization_config\": {\"quant_method\": \"awq\", \"bits\": 4}", "model.layers.0.mlp.up_proj.qweight", "I32", 8)]
    [InlineData("\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 8}", "model.layers.0.mlp.up_proj.qweight", "I32", 4)]
    [InlineData("\"quantization_config\": {\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 8}}", "a.qweight", "I32", 4)]
    [InlineData("\"text_config\": {\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 4}}", "a.qweight", "I32", 8)]
    [InlineData("\"quantization_config\": {\"quant_method\": \"fp8\"}", "model.layers.0.mlp.up_proj.weight", "F8_E4M3", 1)]
    [InlineData("\"compression_config\": {\"format\": \"float-quantized\"}", "model.layers.0.mlp.up_proj.weight", "F8_E4M3", 1)]
    [InlineData("\"quantization_config\": {\"quant_method\": \"mxfp4\"}", "model.layers.0.mlp.experts.up_proj_blocks", "U8", 2)]
    [InlineData("\"quantization_config\": {}", "a.qweight", "I32", 8)]
    public void Estimate_OfQuantizedWeightsIsOfWhatTheyBecome(string quantization, string name, string dtype, long each) =>
        EstimateQuantized(quantization, name, dtype).Need.Fixed.ShouldBe(Host + (4 * (10 + (600 * each))), "bytes in float32 of ten plain numbers and of those that are packed");

    [Theory]
    [InlineData("quantize_config.json", "{\"bits\": 8}", 4)]
    [InlineData("quant_config.json", "{\"w_bit\": 4}", 8)]
    public void Estimate_FindsQuantizationBesideTheConfig(string file, string settings, long each)
    {
        Directory.CreateDirectory(_folder.File("f"));
        File.WriteAllText(_folder.File($"f/{file}"), settings);
        EstimateQuantized("\"dtype\": \"float16\"", "a.qweight", "I32").Need.Fixed.ShouldBe(Host + (4 * (10 + (600 * each))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\": 1}")]
    [InlineData("{\"a\": {}}")]
    [InlineData("{\"a\": {\"shape\": [0.5]}}")]
    [InlineData("{\"a\": {\"shape\": [9223372036854775807, 2]}}")]
    public void Estimate_OfQuantizedWeightsThatCannotBeReadIsTheWorkerAlone(string header)
    {
        var model = SampleModel.Write(_folder.File("f"), "\"quantization_config\": {\"bits\": 4}");
        SampleModel.WriteHeader(model, header);
        _estimator.Estimate(Spec(new EngineConfig(), model), onGpu: false).Need.ShouldBe(new MemoryNeed(Host, Host, Host, 0));
    }

    [Fact]
    public void Estimate_CountsEachShardOnce() =>
        _estimator.Estimate(Spec(new EngineConfig(), SampleModel.Write(_folder.File("s"), shards: 3)), onGpu: false).Need.Fixed.ShouldBe(Host + (3 * Weights));

    [Theory]
    [InlineData(null)]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"num_hidden_layers\": \"four\"}")]
    [InlineData("{\"num_hidden_layers\": 4, \"num_attention_heads\": 0}")]
    public void Estimate_OfAFolderThatCannotBeReadIsTheWorkerAlone(string? config)
    {
        if (config is not null)
        {
            Directory.CreateDirectory(_folder.File("bad"));
            File.WriteAllText(_folder.File("bad/config.json"), config);
        }

        var estimate = _estimator.Estimate(Spec(new EngineConfig(), _folder.File("bad")), onGpu: false);

        estimate.Need.ShouldBe(new MemoryNeed(Host, Host, Host, 0));
        estimate.Key.ShouldBeEmpty();
    }

    [Fact]
    public void Estimate_OfAbsurdSizesFitsNowhereAndDoesNotOverflow()
    {
        File.WriteAllText(
            Path.Combine(_model, "config.json"),
            $$"""{"num_hidden_layers": {{int.MaxValue}}, "num_attention_heads": {{int.MaxValue}}, "head_dim": {{int.MaxValue}}, "max_position_embeddings": {{int.MaxValue}}}""");

        Estimate(new EngineConfig()).Need.Least.ShouldBeGreaterThan(long.MaxValue / 20);
        Estimate(new EngineConfig { CacheMaxEntryCount = double.MaxValue }).Need.Least.ShouldBeGreaterThan(long.MaxValue / 20);
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
        Estimate(new EngineConfig { LoadTimeoutMs = 9, ChatTemplate = "x" }).Key.ShouldBe(key, "settings that take no memory");
        _estimator.Estimate(Spec(new EngineConfig()), onGpu: true).Key.ShouldNotBe(key);
        File.WriteAllBytes(Path.Combine(_model, "model.safetensors"), new byte[SampleModel.WeightFileBytes + 1]);
        Estimate(new EngineConfig()).Key.ShouldNotBe(key);
    }

    [Fact]
    public void MemoryLimit_BoundsWhatIsPromised() =>
        Estimate(new EngineConfig { MemoryLimitBytes = 100L << 20 }).Need.Most.ShouldBe(100L << 20);

    /// <summary>How many numbers the models really have is known; each is counted within a hundredth.</summary>
    [Theory]
    [InlineData("Llama 3.1 8B", 8.03e9, """ "hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"tie_word_embeddings":false """)]
    [InlineData("Qwen2.5 0.5B", 0.494e9, """ "hidden_size":896,"intermediate_size":4864,"num_hidden_layers":24,"num_attention_heads":14,"num_key_value_heads":2,"vocab_size":151936,"tie_word_embeddings":true """)]
    [InlineData("Qwen3 30B A3B", 30.53e9, """ "hidden_size":2048,"intermediate_size":6144,"moe_intermediate_size":768,"num_experts":128,"head_dim":128,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,"vocab_size":151936 """)]
    [InlineData("Mixtral 8x7B", 46.7e9, """ "hidden_size":4096,"intermediate_size":14336,"num_local_experts":8,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":32000 """)]
    [InlineData("GPT-2", 0.1237e9, """ "n_embd":768,"n_layer":12,"n_head":12,"vocab_size":50257 """)]
    public void Estimate_OfRandomWeightsIsOfTheShapes(string name, double weights, string config)
    {
        Directory.CreateDirectory(_folder.File("f"));
        File.WriteAllText(_folder.File("f/config.json"), $"{{{config}}}");
        var need = _estimator.Estimate(Spec(new EngineConfig { LoadFormat = "dummy", Dtype = "bfloat16" }, _folder.File("f")), onGpu: true).Need;
        ((need.Fixed - MemoryEstimator.GpuOverhead) / 2.0).ShouldBe(weights, weights / 100, name);
    }

    [Fact]
    public void Estimate_OfRandomWeights_DeepSeekHasNoFewer()
    {
        Directory.CreateDirectory(_folder.File("f"));
        File.WriteAllText(_folder.File("f/config.json"), """
            {"hidden_size":7168,"intermediate_size":18432,"moe_intermediate_size":2048,"n_routed_experts":256,"n_shared_experts":1,"num_hidden_layers":61,"num_attention_heads":128,
             "num_key_value_heads":128,"vocab_size":129280,"q_lora_rank":1536,"kv_lora_rank":512,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128}
            """);
        var need = _estimator.Estimate(Spec(new EngineConfig { LoadFormat = "dummy", Dtype = "bfloat16" }, _folder.File("f")), onGpu: true).Need;
        (need.Fixed / 2.0).ShouldBeInRange(671e9, 671e9 * 1.06, "as if its three dense layers had experts too");
    }

    [Fact]
    public void Estimate_OfRandomWeightsDoesNotLookAtTheFiles()
    {
        var read = Estimate(new EngineConfig());
        var made = Estimate(new EngineConfig { LoadFormat = "dummy" });
        made.Key.ShouldNotBe(read.Key);
        Estimate(new EngineConfig { LoadFormat = "auto" }).Key.ShouldBe(read.Key);
        File.Delete(Path.Combine(_model, "model.safetensors"));
        Estimate(new EngineConfig { LoadFormat = "dummy" }).ShouldBe(made);
        made.Need.Fixed.ShouldBeGreaterThan(Host);
    }

    [Fact]
    public void Estimate_OfAbsurdRandomWeightsFitsNowhereAndDoesNotOverflow()
    {
        Directory.CreateDirectory(_folder.File("f"));
        File.WriteAllText(
            _folder.File("f/config.json"),
            $$"""{"num_hidden_layers": {{int.MaxValue}}, "num_attention_heads": 1, "hidden_size": {{int.MaxValue}}, "vocab_size": {{int.MaxValue}}, "num_experts": {{int.MaxValue}}}""");
        _estimator.Estimate(Spec(new EngineConfig { LoadFormat = "dummy" }, _folder.File("f")), onGpu: false).Need.Least.ShouldBeGreaterThan(long.MaxValue / 20);
    }

    private MemoryEstimate EstimateQuantized(string quantization, string name, string dtype)
    {
        var model = SampleModel.Write(_folder.File("f"), quantization);
        SampleModel.WriteHeader(model, $$"""
            {"__metadata__": {"format": "pt"}, "norm.weight": {"dtype": "F16", "shape": [10]}, "{{name}}": {"dtype": "{{dtype}}", "shape": [20, 30]},
             "a.qzeros": {"dtype": "I32", "shape": [99]}, "a.scales": {"dtype": "F16", "shape": [99]}, "a.g_idx": {"dtype": "I32", "shape": [99]}, "b_scales": {"dtype": "U8", "shape": [99]} }
            """);
        return _estimator.Estimate(Spec(new EngineConfig(), model), onGpu: false);
    }

    private MemoryEstimate Estimate(EngineConfig engine) => _estimator.Estimate(Spec(engine), onGpu: false);

    private PipelineSpec Spec(EngineConfig engine, string? model = null) => PipelineSpec.Create(new OpenPipeline { Model = model ?? _model, Engine = engine }, holderPid: 0);
}
