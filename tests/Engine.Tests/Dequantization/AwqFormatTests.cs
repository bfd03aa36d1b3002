using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Dequantization;

/// <summary>AWQ by hand: outputs 0, 2, 4, 6, 1, 3, 5, 7 from the lowest bits of a word up.</summary>
[Collection(TorchTests.Name)]
public sealed class AwqFormatTests
{
    private const string OneGroup = """{"quant_method":"awq","bits":4,"group_size":-1,"zero_point":true,"version":"GEMM"}""";

    // Output 7 in the highest bits, 0 in the lowest.
    private const int Counting = 0x75316420;
    private const int CountingDown = unchecked((int)0x8ACE9BDF);

    private static readonly float[] Ones = [1, 1, 1, 1, 1, 1, 1, 1];

    [Fact]
    public void Words_HoldEvenOutputsFirst()
    {
        using var stored = new StoredTensors(
            ("m.qweight", Bytes.Words([Counting, CountingDown], 2, 1)),
            ("m.qzeros", Bytes.Words([0], 1, 1)),
            ("m.scales", Bytes.Halves(Ones, 1, 8)));
        stored.Load(stored.Format(OneGroup), 8, 2).ShouldBe([0, 15, 1, 14, 2, 13, 3, 12, 4, 11, 5, 10, 6, 9, 7, 8]);
    }

    [Fact]
    public void ZerosAndScales_AreThoseOfTheOutputAndTheGroup()
    {
        using var stored = new StoredTensors(
            ("m.qweight", Bytes.Words([Counting, Counting], 2, 1)),
            ("m.qzeros", Bytes.Words([Counting, unchecked((int)0xFFFFFFFF)], 2, 1)),
            ("m.scales", Bytes.Halves([.. Ones, 0.5f, 1, 2, 4, 8, 16, 32, 64], 2, 8)));
        stored.Load(stored.Format(OneGroup.Replace("-1", "1")), 8, 2).ShouldBe([0, -7.5f, 0, -14, 0, -26, 0, -48, 0, -88, 0, -160, 0, -288, 0, -512]);
    }

    [Theory]
    [InlineData("config.json", """{"quant_method":"awq","bits":4,"group_size":1}""")]
    [InlineData("config.json", """{"quantization_config":{"quant_method":"awq","bits":4,"group_size":1,"version":"gemm"}}""")]
    [InlineData("config.json", """{"quant_method":"awq","bits":4,"group_size":1,"format":"gemm"}""")]
    [InlineData("quant_config.json", """{"zero_point":true,"q_group_size":1,"w_bit":4,"version":"GEMM"}""")]
    public void Settings_AreReadInEverySpelling(string file, string quantization)
    {
        using var stored = new StoredTensors(
            ("m.qweight", Bytes.Words([Counting, Counting], 2, 1)),
            ("m.qzeros", Bytes.Words([0, 0x11111111], 2, 1)),
            ("m.scales", Bytes.Halves([.. Ones, .. Ones], 2, 8)));
        stored.Load(stored.Format(quantization, file), 8, 2)[..4].ShouldBe([0, -1, 1, 0]);
    }

    [Theory]
    [InlineData("m.qweight", 0, ErrorCodes.MissingTensor, "[2, 1]")]
    [InlineData("m.qzeros", 0, ErrorCodes.MissingTensor, "[1, 1]")]
    [InlineData("m.scales", 0, ErrorCodes.MissingTensor, "[1, 8]")]
    [InlineData("m.qweight", 3, ErrorCodes.WrongShape, "[2, 1]")]
    [InlineData("m.qzeros", 3, ErrorCodes.WrongShape, "[1, 1]")]
    [InlineData("m.scales", 3, ErrorCodes.WrongShape, "[1, 8]")]
    public void Parts_ThatAreNotThereOrMisshapen_AreNamed(string part, int length, string code, string expected)
    {
        var tensors = new Dictionary<string, (string, long[], byte[])>
        {
            ["m.qweight"] = Bytes.Words([0, 0], 2, 1), ["m.qzeros"] = Bytes.Words([0], 1, 1), ["m.scales"] = Bytes.Halves(Ones, 1, 8),
        };
        tensors.Remove(part);
        if (length > 0)
        {
            tensors[part] = part == "m.scales" ? Bytes.Halves(new float[length], length) : Bytes.Words(new int[length], length);
        }

        using var stored = new StoredTensors([.. tensors.Select(pair => (pair.Key, pair.Value))]);
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(OneGroup), 8, 2));
        error.Code.ShouldBe(code);
        error.Subject.ShouldBe(part);
        error.Message.ShouldContain(expected);
        error.Message.ShouldContain(length == 0 ? "lmdeploy-tensors-" : "model.safetensors");
    }

    [Theory]
    [InlineData(12, 2, "multiple of 8 outputs")]
    [InlineData(8, 3, "of 2 inputs")]
    public void Matrices_ThatCannotBePacked_AreRefused(int outputs, int inputs, string expected)
    {
        using var stored = new StoredTensors(("m.qweight", Bytes.Words([0], 1, 1)));
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(OneGroup.Replace("-1", "2")), outputs, inputs));
        error.Code.ShouldBe(ErrorCodes.WrongShape);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Integers_OfAnotherType_AreRefused()
    {
        using var stored = new StoredTensors(("m.qweight", Bytes.Floats([0, 0], 2, 1)), ("m.scales", Bytes.Halves(Ones, 1, 8)));
        Should.Throw<EngineException>(() => stored.Load(stored.Format(OneGroup), 8, 2)).Code.ShouldBe(ErrorCodes.UnsupportedDtype);
    }
}
