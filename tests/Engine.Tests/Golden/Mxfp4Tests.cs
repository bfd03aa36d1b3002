using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>GPT-OSS as it is published, with its experts in MXFP4, against the same numbers written in bfloat16.</summary>
[Collection(TorchTests.Name)]
public sealed class Mxfp4Tests
{
    private const int Group = 32;

    private static readonly float[] Magnitudes = [0, 0.5f, 1, 1.5f, 2, 3, 4, 6];

    [Fact]
    public async Task Experts_InMxfp4_AreWhatTheyAreInBfloat16()
    {
        using var quantized = GoldenFolder.CopyOf("gpt_oss");
        using var wide = GoldenFolder.CopyOf("gpt_oss");
        quantized.Configure(config => config["quantization_config"] = new JsonObject { ["quant_method"] = "mxfp4" });
        var (narrowFile, wideFile) = (CheckpointFile.Read(quantized), CheckpointFile.Read(wide));
        var random = new Random(7);
        foreach (var name in wideFile.Tensors.Keys.Where(key => key.EndsWith("_proj") && key.Contains("experts")).ToArray())
        {
            // The checkpoint's own tensor is [experts, inputs, outputs], the quantized one has outputs before inputs.
            var shape = wideFile.Tensors[name].Shape;
            var (experts, inputs, outputs) = ((int)shape[0], (int)shape[1], (int)shape[2]);
            var blocks = new byte[experts * outputs * inputs / 2];
            var scales = new byte[experts * outputs * inputs / Group];
            random.NextBytes(blocks);
            for (var i = 0; i < scales.Length; i++)
            {
                scales[i] = (byte)random.Next(120, 125);
            }

            narrowFile.Take(name);
            narrowFile.Tensors[$"{name}_blocks"] = ("U8", [experts, outputs, inputs / Group, Group / 2], blocks);
            narrowFile.Tensors[$"{name}_scales"] = ("U8", [experts, outputs, inputs / Group], scales);
            wideFile.Tensors[name] = ("BF16", shape, CheckpointFile.Narrow(Transposed(Values(blocks, scales), experts, inputs, outputs)));
        }

        narrowFile.Write();
        wideFile.Write();
        var prompts = GoldenModel.Read("gpt_oss").Prompts;
        var expected = await GoldenRun.RunAsync(wide.Path, GoldenRun.Config, prompts);
        var actual = await GoldenRun.RunAsync(quantized.Path, GoldenRun.Config, prompts);
        for (var i = 0; i < prompts.Count; i++)
        {
            actual[i].PromptLogprobs.ShouldBe(expected[i].PromptLogprobs, 1e-4);
            actual[i].Tokens.ShouldBe(expected[i].Tokens, $"prompt {i}");
        }
    }

    private static float[] Values(byte[] blocks, byte[] scales) => [.. blocks.SelectMany(pair => new[] { pair & 15, pair >> 4 }).Select((code, i) =>
        Magnitudes[code & 7] * (code > 7 ? -1 : 1) * MathF.Pow(2, scales[i / Group] - 127))];

    private static IEnumerable<float> Transposed(float[] values, int experts, int inputs, int outputs) =>
        from expert in Enumerable.Range(0, experts)
        from input in Enumerable.Range(0, inputs)
        from output in Enumerable.Range(0, outputs)
        select values[(((expert * outputs) + output) * inputs) + input];
}
