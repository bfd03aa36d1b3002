using LmDeploy.Models.Quantization;
using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Dequantization;

/// <summary>Bytes of the OCP's two types by hand, and the shapes of scales.</summary>
[Collection(TorchTests.Name)]
public sealed class Fp8FormatTests
{
    private const string Plain = """{"quant_method":"fp8"}""";

    // 1, 2, 4, 8, 16, 32
    private static readonly byte[] Powers = [0x38, 0x40, 0x48, 0x50, 0x58, 0x60];

    [Theory]
    [InlineData("F8_E4M3", 0x00, 0)]
    [InlineData("F8_E4M3", 0x01, 0.001953125f)]
    [InlineData("F8_E4M3", 0x07, 0.013671875f)]
    [InlineData("F8_E4M3", 0x08, 0.015625f)]
    [InlineData("F8_E4M3", 0x38, 1)]
    [InlineData("F8_E4M3", 0x3F, 1.875f)]
    [InlineData("F8_E4M3", 0xC0, -2)]
    [InlineData("F8_E4M3", 0x7E, 448)]
    [InlineData("F8_E4M3", 0xFE, -448)]
    [InlineData("F8_E4M3", 0x7F, float.NaN)]
    [InlineData("F8_E5M2", 0x01, 0.0000152587890625f)]
    [InlineData("F8_E5M2", 0x3C, 1)]
    [InlineData("F8_E5M2", 0xBD, -1.25f)]
    [InlineData("F8_E5M2", 0x7B, 57344)]
    [InlineData("F8_E5M2", 0x7C, float.PositiveInfinity)]
    public void Bytes_AreWhatTheStandardSays(string dtype, int code, float expected) => Float8.Values(dtype)[code].ShouldBe(expected);

    [Theory]
    [InlineData("m.weight_scale", new long[0], new float[] { 2 }, new float[] { 2, 4, 8, 16, 32, 64 })]
    [InlineData("m.weight_scale_inv", new long[] { 1 }, new float[] { 2 }, new float[] { 2, 4, 8, 16, 32, 64 })]
    [InlineData("m.weight_scale", new long[] { 2 }, new float[] { 1, 3 }, new float[] { 1, 2, 4, 24, 48, 96 })]
    [InlineData("m.weight_scale", new long[] { 2, 1 }, new float[] { 1, 3 }, new float[] { 1, 2, 4, 24, 48, 96 })]
    public void Scales_AreForTheMatrixOrForOutputs(string name, long[] shape, float[] scales, float[] expected)
    {
        using var stored = new StoredTensors(("m.weight", ("F8_E4M3", [2, 3], Powers)), (name, Bytes.Floats(scales, shape)));
        stored.Load(stored.Format(Plain), 2, 3).ShouldBe(expected);
    }

    [Fact]
    public void Scales_AreForBlocks_TheLastOfWhichMayBeSmaller()
    {
        using var stored = new StoredTensors(("m.weight", ("F8_E4M3", [2, 3], Powers)), ("m.weight_scale_inv", Bytes.Floats([1, 3, 5, 7], 2, 2)));
        stored.Load(stored.Format("""{"quant_method":"fp8","weight_block_size":[1,2]}"""), 2, 3).ShouldBe([1, 2, 12, 40, 80, 224]);
    }

    [Theory]
    [InlineData("{\"quant_method\":\"fp8\"}", new long[] { 2 }, new float[] { 1, 3 }, new float[] { 1, 2, 4, 8, 48, 96, 3, 6 })]
    [InlineData("{\"quant_method\":\"fp8\"}", new long[] { 2, 2, 1 }, new float[] { 1, 2, 3, 4 }, new float[] { 1, 2, 8, 16, 48, 96, 4, 8 })]
    [InlineData(
        "{\"quant_method\":\"fp8\",\"weight_block_size\":[2,1]}",
        new long[] { 2, 1, 2 },
        new float[] { 1, 2, 3, 4 },
        new float[] { 1, 4, 4, 16, 48, 128, 3, 8 })]
    public void Matrices_MayBeSeveral(string quantization, long[] shape, float[] scales, float[] expected)
    {
        using var stored = new StoredTensors(("m.weight", ("F8_E4M3", [2, 2, 2], [.. Powers, 0x38, 0x40])), ("m.weight_scale", Bytes.Floats(scales, shape)));
        stored.Load(stored.Format(quantization), 2, 2, 2).ShouldBe(expected);
    }

    [Theory]
    [InlineData(Plain, "m.weight_scale", "[2, 1]")]
    [InlineData("""{"quant_method":"fp8","weight_block_size":[128,128]}""", "m.weight_scale_inv", "[1, 1]")]
    public void Scales_ThatAreNotThere_AreNamed(string quantization, string subject, string expected)
    {
        using var stored = new StoredTensors(("m.weight", ("F8_E4M3", [2, 3], Powers)));
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(quantization), 2, 3));
        error.Code.ShouldBe(ErrorCodes.MissingTensor);
        error.Subject.ShouldBe(subject);
        error.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData(Plain, new long[] { 3 }, "[2, 1], or one number")]
    [InlineData("""{"quant_method":"fp8","weight_block_size":[1,2]}""", new long[] { 2, 3 }, "[2, 2]")]
    public void Scales_OfAnotherShape_AreRefused(string quantization, long[] shape, string expected)
    {
        using var stored = new StoredTensors(
            ("m.weight", ("F8_E4M3", [2, 3], Powers)), ("m.weight_scale", Bytes.Floats(new float[shape.Aggregate((a, b) => a * b)], shape)));
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(quantization), 2, 3));
        error.Code.ShouldBe(ErrorCodes.WrongShape);
        error.Message.ShouldContain("model.safetensors");
        error.Message.ShouldContain(expected);
    }
}
