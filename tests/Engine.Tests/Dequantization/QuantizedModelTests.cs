using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Dequantization;

/// <summary>Quantized checkpoints against plain ones of the numbers that they stand for.</summary>
[Collection(TorchTests.Name)]
public sealed class QuantizedModelTests
{
    private const string Blocks128 = """{"quant_method":"fp8","activation_scheme":"dynamic","fmt":"e4m3","weight_block_size":[128,128]}""";

    private static readonly Dictionary<string, (string Description, Func<IMatrixWriter> Create)> Writers = new()
    {
        ["awq"] = ("awq 4-bit", () => new AwqWriter(32)),
        ["awq, one group"] = ("awq 4-bit", () => new AwqWriter(-1)),
        ["awq, no zero points"] = ("awq 4-bit", () => new AwqWriter(32, symmetric: true)),
        ["gptq"] = ("gptq 4-bit", () => new GptqWriter(32)),
        ["gptq, one group"] = ("gptq 4-bit", () => new GptqWriter(-1, symmetric: false)),
        ["gptq, asymmetric"] = ("gptq 4-bit", () => new GptqWriter(32, symmetric: false)),
        ["gptq, second layout"] = ("gptq 4-bit", () => new GptqWriter(32, symmetric: false, second: true)),
        ["gptq, order of activations"] = ("gptq 4-bit", () => new GptqWriter(16, activationOrder: true)),
        ["gptq, 8 bits"] = ("gptq 8-bit", () => new GptqWriter(32, bits: 8)),
        ["fp8, blocks of 128"] = ("fp8", () => new Fp8Writer(Blocks128, 128, 128, "weight_scale_inv", (down, across) => [down, across])),
        ["fp8, small blocks"] = (
            "fp8", () => new Fp8Writer(Blocks128.Replace("[128,128]", "[24,20]"), 24, 20, "weight_scale_inv", (down, across) => [down, across])),
        ["fp8, matrices"] = ("fp8", () => new Fp8Writer("""{"quant_method":"fp8","activation_scheme":"static"}""", 0, 0, "weight_scale", (_, _) => [])),
        ["fp8, matrices, newer name"] = (
            "fp8", () => new Fp8Writer("""{"quant_method":"fp8","weight_block_size":null}""", 0, 0, "weight_scale_inv", (_, _) => [1])),
        ["fp8, outputs"] = ("fp8", () => new Fp8Writer("""{"quant_method":"fp8"}""", 1, 0, "weight_scale", (down, _) => [down])),
        ["fbgemm_fp8"] = (
            "fbgemm_fp8", () => new Fp8Writer("""{"quant_method":"fbgemm_fp8","activation_scale_ub":1200.0}""", 1, 0, "weight_scale", (down, _) => [down, 1])),
        ["compressed-tensors, matrices"] = ("compressed-tensors fp8", () => new Fp8Writer(Compressed("\"tensor\""), 0, 0, "weight_scale", (_, _) => [1])),
        ["compressed-tensors, outputs"] = (
            "compressed-tensors fp8", () => new Fp8Writer(Compressed("\"channel\""), 1, 0, "weight_scale", (down, _) => [down, 1])),
        ["compressed-tensors, blocks"] = (
            "compressed-tensors fp8",
            () => new Fp8Writer(Compressed("\"block\",\"block_structure\":[32,16]"), 32, 16, "weight_scale", (down, across) => [down, across])),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var format in Writers.Keys)
            {
                cases.Add("llama3", format);
            }

            foreach (var family in new[] { "qwen3_moe", "mixtral" })
            {
                cases.Add(family, "awq");
                cases.Add(family, "gptq, order of activations");
                cases.Add(family, "fp8, small blocks");
            }

            cases.Add("deepseek_v3", "fp8, blocks of 128");
            cases.Add("deepseek_v3", "fp8, small blocks");
            cases.Add("deepseek_v3", "awq, one group");
            cases.Add("phi3", "gptq");
            cases.Add("phi3", "fp8, outputs");
            cases.Add("gpt2", "gptq, asymmetric");
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Model_IsWhatItsPlainNumbersAre(string golden, string format)
    {
        using var model = QuantizedModel.Of(golden, Writers[format].Create());
        var prompts = GoldenModel.Read(golden).Prompts;
        var expected = await GoldenRun.RunAsync(model.Plain.Path, GoldenRun.Config, prompts);
        var actual = await GoldenRun.RunAsync(model.Quantized.Path, GoldenRun.Config, prompts);
        for (var i = 0; i < prompts.Count; i++)
        {
            actual[i].PromptLogprobs.ShouldBe(expected[i].PromptLogprobs, 1e-5);
            actual[i].Tokens.ShouldBe(expected[i].Tokens, $"prompt {i}");
        }
    }

    [Theory]
    [InlineData("awq")]
    [InlineData("gptq, 8 bits")]
    [InlineData("fp8, blocks of 128")]
    [InlineData("compressed-tensors, outputs")]
    public void Info_SaysHowWeightsAreStoredAndRun(string format)
    {
        using var model = QuantizedModel.Of("llama3", Writers[format].Create());
        using var quantized = Load(model.Quantized);
        using var plain = Load(model.Plain);
        quantized.Info.Weights.ShouldBe($"{Writers[format].Description}, dequantized to float32");
        quantized.Info.Dequantized.ShouldBeTrue();
        quantized.Info.Parameters.ShouldBe(plain.Info.Parameters);
        quantized.Info.WeightBytes.ShouldBe(plain.Info.WeightBytes);
    }

    [Fact]
    public void Info_OfAPlainCheckpointSaysSo()
    {
        using var folder = GoldenFolder.CopyOf("llama3");
        folder.Configure(config => config["quantization_config"] = new AwqWriter(32).Config);
        using var model = Load(folder);
        model.Info.Dequantized.ShouldBeFalse();
        model.Info.Weights.ShouldBe("bfloat16, converted to float32", "nothing in it is quantized, whatever config.json says");
    }

    private static string Compressed(string strategy) => """
        {"quant_method":"compressed-tensors","format":"float-quantized","ignore":["lm_head"],"kv_cache_scheme":null,
        "quantization_status":"compressed","config_groups":
        {"group_0":{"targets":["Linear"],"input_activations":{"num_bits":8,"type":"float","dynamic":true,"strategy":"token"},
        "weights":{"num_bits":8,"type":"float","symmetric":true,"strategy":STRATEGY}}}}
        """.Replace("STRATEGY", strategy);

    private static LoadedModel Load(GoldenFolder folder) =>
        LoadedModel.Load(folder.Path, GoldenRun.Config, EngineSettings.From(GoldenRun.Config), (_, _) => { }, CancellationToken.None);
}
