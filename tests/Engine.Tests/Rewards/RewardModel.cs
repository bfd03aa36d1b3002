using System.Text.Json.Nodes;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Engine.Tests.Rewards;

/// <summary>Makes reward models of golden checkpoints. Their score is the logit of one token, which transformers has told.</summary>
internal static class RewardModel
{
    private const ushort One = 0x3f80;
    private const ushort Sign = 0x8000;

    /// <param name="head">What the score's weight is called.</param>
    public static GoldenFolder Linear(string golden, string architecture, string head, int token)
    {
        var model = GoldenFolder.CopyOf(golden);
        if (architecture.StartsWith("InternLM2", StringComparison.Ordinal))
        {
            InternLm2Checkpoint.Make(model);
        }

        var hidden = Configure(model, architecture);
        var checkpoint = CheckpointFile.Read(model);
        checkpoint.Tensors[head] = ("BF16", [1, hidden], Row(checkpoint, hidden, token));
        TakeOutput(checkpoint);
        checkpoint.Write();
        return model;
    }

    /// <summary>Of x and -x, relu(x) - relu(-x) is x again; the last bias makes it one more.</summary>
    public static GoldenFolder TwoLayers(string golden, int token)
    {
        var model = GoldenFolder.CopyOf(golden);
        var hidden = Configure(model, "Qwen2ForRewardModel");
        var checkpoint = CheckpointFile.Read(model);
        var row = Row(checkpoint, hidden, token);
        var negative = row.ToArray();
        for (var high = 1; high < negative.Length; high += 2)
        {
            negative[high] ^= Sign >> 8;
        }

        var last = new byte[hidden * 2];
        BitConverter.GetBytes(One).CopyTo(last, 0);
        BitConverter.GetBytes((ushort)(One | Sign)).CopyTo(last, 2);
        checkpoint.Tensors["score.0.weight"] = ("BF16", [hidden, hidden], [.. row, .. negative, .. new byte[(hidden - 2) * hidden * 2]]);
        checkpoint.Tensors["score.0.bias"] = ("BF16", [hidden], new byte[hidden * 2]);
        checkpoint.Tensors["score.2.weight"] = ("BF16", [1, hidden], last);
        checkpoint.Tensors["score.2.bias"] = ("BF16", [1], BitConverter.GetBytes(One));
        TakeOutput(checkpoint);
        checkpoint.Write();
        return model;
    }

    private static int Configure(GoldenFolder model, string architecture)
    {
        var config = model.Configure(config =>
        {
            config["architectures"] = new JsonArray(architecture);
            config["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
        });
        return (config["hidden_size"] ?? config["n_embd"])!.GetValue<int>();
    }

    private static byte[] Row(CheckpointFile checkpoint, int hidden, int token)
    {
        string[] names = ["lm_head.weight", "output.weight", "model.embed_tokens.weight", "transformer.wte.weight"];
        var matrix = checkpoint.Tensors[names.First(checkpoint.Tensors.ContainsKey)];
        matrix.Dtype.ShouldBe("BF16");
        return matrix.Data[(token * hidden * 2)..((token + 1) * hidden * 2)];
    }

    private static void TakeOutput(CheckpointFile checkpoint)
    {
        checkpoint.Tensors.Remove("lm_head.weight");
        checkpoint.Tensors.Remove("output.weight");
    }
}
