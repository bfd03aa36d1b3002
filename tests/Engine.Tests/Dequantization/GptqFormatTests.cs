using LmDeploy.Tests.Quantized;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Dequantization;

/// <summary>GPTQ by hand: inputs from the lowest bits of a word up; zero points stored less 1, or as they are in the second layout.</summary>
[Collection(TorchTests.Name)]
public sealed class GptqFormatTests
{
    private const string OneGroup = """{"quant_method":"gptq","bits":4,"group_size":-1,"desc_act":false,"sym":true}""";

    private const int Counting = 0x76543210;
    private const int CountingDown = unchecked((int)0x89ABCDEF);

    private static readonly int[] Columns = [Counting, CountingDown, Counting, Counting, Counting, Counting, Counting, Counting];
    private static readonly float[] Ones = [1, 1, 1, 1, 1, 1, 1, 1];

    [Theory]
    [InlineData("", 8)]
    [InlineData(""","checkpoint_format":"gptq" """, 8)]
    [InlineData(""","format":"gptq_v2" """, 7)]
    [InlineData(""","checkpoint_format":"gptq_v2","dynamic":{"-:lm_head":{}} """, 7)]
    public void Words_HoldInputsInOrder_AndZerosByTheLayout(string layout, int zero)
    {
        using var stored = new StoredTensors(
            ("m.qweight", Bytes.Words(Columns, 1, 8)), ("m.qzeros", Bytes.Words([0x77777777], 1, 1)), ("m.scales", Bytes.Halves(Ones, 1, 8)));
        var weights = stored.Load(stored.Format(OneGroup.Replace("}", layout + "}")), 8, 8);
        weights[..8].ShouldBe(Enumerable.Range(0, 8).Select(input => (float)input - zero));
        weights[8..16].ShouldBe(Enumerable.Range(0, 8).Select(input => 15f - input - zero));
    }

    [Fact]
    public void ZeroPoints_AreInOrderOfOutputs_AndComeBackFromBelowZero()
    {
        // Output 0 has 15 stored, which is 0 less 1 in 4 bits; output 1 has 0, which is 1.
        using var stored = new StoredTensors(
            ("m.qweight", Bytes.Words(new int[8], 1, 8)),
            ("m.qzeros", Bytes.Words([0x6543210F], 1, 1)),
            ("m.scales", Bytes.Halves([1, 2, 4, 8, 16, 32, 64, 128], 1, 8)));
        stored.Load(stored.Format(OneGroup), 8, 8).Chunk(8).Select(row => row[0]).ShouldBe([0, -2, -8, -24, -64, -160, -384, -896]);
    }

    [Fact]
    public void Bits_MayBe8()
    {
        int[] words = [0x03020100, unchecked((int)0xFFFEFDFC)];
        using var stored = new StoredTensors(
            ("m.qweight", Bytes.Words([words[0], words[1], words[0], words[0]], 1, 4)),
            ("m.qzeros", Bytes.Words([0x7F7F7F7F], 1, 1)),
            ("m.scales", Bytes.Halves([1, 1, 0.5f, 1], 1, 4)));
        stored.Load(stored.Format(OneGroup.Replace(":4", ":8")), 4, 4).ShouldBe(
            [-128, -127, -126, -125, 124, 125, 126, 127, -64, -63.5f, -63, -62.5f, -128, -127, -126, -125]);
    }

    [Fact]
    public void Groups_AreThoseOfTheIndex()
    {
        using var stored = Grouped([1, 0, 1, 0, 1, 0, 1, 0]);
        stored.Load(stored.Format(InOrderOfActivations), 8, 8)[..8].ShouldBe([-20, 1, 20, 3, 60, 5, 100, 7]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void GroupOutOfRange_IsRefused(int group)
    {
        using var stored = Grouped([0, 0, 0, 0, 1, 1, 1, group]);
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(InOrderOfActivations), 8, 8));
        error.Code.ShouldBe(ErrorCodes.InvalidCheckpoint);
        error.Subject.ShouldBe("m.g_idx");
        error.Message.ShouldContain("model.safetensors");
        error.Message.ShouldContain($"group {group}, but with 8 inputs there are groups 0 to 1");
    }

    [Fact]
    public void Index_ThatIsLeftOut_IsRefusedOnlyWhereItMatters()
    {
        using var stored = Grouped(null);
        stored.Load(stored.Format(InOrderOfActivations.Replace("true", "false")), 8, 8)[..8].ShouldBe([0, 1, 2, 3, 60, 80, 100, 120]);
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(InOrderOfActivations), 8, 8));
        error.Code.ShouldBe(ErrorCodes.MissingTensor);
        error.Subject.ShouldBe("m.g_idx");
        error.Message.ShouldContain("[8]");
    }

    [Theory]
    [InlineData("m.qweight", 0, ErrorCodes.MissingTensor, "[1, 8]")]
    [InlineData("m.qzeros", 0, ErrorCodes.MissingTensor, "[1, 1]")]
    [InlineData("m.scales", 3, ErrorCodes.WrongShape, "[1, 8]")]
    [InlineData("m.g_idx", 3, ErrorCodes.WrongShape, "[8]")]
    public void Parts_ThatAreNotThereOrMisshapen_AreNamed(string part, int length, string code, string expected)
    {
        var tensors = new Dictionary<string, (string, long[], byte[])>
        {
            ["m.qweight"] = Bytes.Words(Columns, 1, 8), ["m.qzeros"] = Bytes.Words([0], 1, 1), ["m.scales"] = Bytes.Halves(Ones, 1, 8),
        };
        tensors.Remove(part);
        if (length > 0)
        {
            tensors[part] = part == "m.scales" ? Bytes.Halves(new float[length], length) : Bytes.Words(new int[length], length);
        }

        using var stored = new StoredTensors([.. tensors.Select(pair => (pair.Key, pair.Value))]);
        var error = Should.Throw<EngineException>(() => stored.Load(stored.Format(OneGroup), 8, 8));
        error.Code.ShouldBe(code);
        error.Subject.ShouldBe(part);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Settings_AreReadFromAutoGptqsOwnFile()
    {
        using var stored = Grouped(null);
        var format = stored.Format(
            """{"bits":4,"group_size":4,"damp_percent":0.01,"desc_act":false,"sym":true,"true_sequential":true}""", "quantize_config.json");
        format.Description.ShouldBe("gptq 4-bit");
        stored.Load(format, 8, 8)[..8].ShouldBe([0, 1, 2, 3, 60, 80, 100, 120]);
    }

    private const string InOrderOfActivations = """{"quant_method":"gptq","bits":4,"group_size":4,"desc_act":true}""";

    /// <summary>Two groups: zero 0 and scale 1, zero 1 and scale 20.</summary>
    private static StoredTensors Grouped(int[]? groups)
    {
        float[] scales = [.. Enumerable.Repeat(1f, 8), .. Enumerable.Repeat(20f, 8)];
        var parts = new List<(string, (string, long[], byte[]))>
        {
            ("m.qweight", Bytes.Words(Columns, 1, 8)),
            ("m.qzeros", Bytes.Words([-1, 0], 2, 1)),
            ("m.scales", Bytes.Halves(scales, 2, 8)),
        };
        if (groups is not null)
        {
            parts.Add(("m.g_idx", Bytes.Words(groups, groups.Length)));
        }

        return new StoredTensors([.. parts]);
    }
}
