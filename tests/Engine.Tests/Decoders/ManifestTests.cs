using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Models;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Decoders;

/// <summary>What the manifest of a folder says against what the engine takes for its weights.</summary>
[Collection(TorchTests.Name)]
public sealed class ManifestTests
{
    [Theory]
    [MemberData(nameof(GoldenModel.Names), MemberType = typeof(GoldenModel))]
    public void Manifest_HasTheBytesThatTheEngineTakes(string name) => ShouldAgree(Path.Combine(GoldenModel.Root, name));

    [Theory]
    [InlineData("awq")]
    [InlineData("gptq")]
    [InlineData("fp8")]
    public void Manifest_OfQuantizedWeights_HasTheBytesThatTheEngineTakes(string format)
    {
        using var model = QuantizedModel.Of("llama3", Writer(format));
        ShouldAgree(model.Quantized.Path);
        using var quantized = ModelFolder.Open(model.Quantized.Path);
        using var plain = ModelFolder.Open(model.Plain.Path);
        quantized.Manifest.Parameters.ShouldBe(plain.Manifest.Parameters);
        quantized.Manifest.HasQuantized.ShouldBeTrue();
        quantized.Manifest.StoredBytes.ShouldBeLessThan(plain.Manifest.StoredBytes);
    }

    private static void ShouldAgree(string folder)
    {
        using var model = ModelFolder.Open(folder);
        foreach (var (dtype, size) in new[] { (EngineDtype.Float32, 4), (EngineDtype.Bfloat16, 2) })
        {
            var config = new EngineConfig(GoldenRun.Config) { Dtype = dtype, CacheMaxEntryCount = 16 };
            using var loaded = LoadedModel.Load(folder, config, EngineSettings.From(config), (_, _) => { }, CancellationToken.None);
            loaded.Info.WeightBytes.ShouldBe(model.Manifest.ComputedBytes(size), $"{dtype}");
            loaded.Info.Parameters.ShouldBe(model.Manifest.Parameters);
            loaded.Info.ReadBytes.ShouldBe(model.Manifest.StoredBytes);
        }
    }

    private static IMatrixWriter Writer(string format) => format switch
    {
        "awq" => new AwqWriter(32),
        "gptq" => new GptqWriter(32),
        _ => new Fp8Writer("""{"quant_method":"fp8"}""", 1, 0, "weight_scale", (down, _) => [down]),
    };
}
