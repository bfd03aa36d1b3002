using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Quantization;

/// <summary>Reads what compressed-tensors says of weights: groups of modules, each with a scheme. Those of 8-bit floating-point weights are read.</summary>
internal static class CompressedTensors
{
    public const string Method = "compressed-tensors";

    private const string Supported = "of compressed-tensors 8-bit float weights in the formats float-quantized and naive-quantized are read";

    public static Fp8Format Read(ConfigFile quantization)
    {
        CheckFormat(quantization);
        if (quantization.Section("sparsity_config") is { } sparsity && sparsity.String("format") is { } sparse and not "dense")
        {
            throw sparsity.Unsupported("format", $"is '{sparse}'; {Supported}");
        }

        var groups = quantization.Section("config_groups") ?? throw quantization.Missing("config_groups", "an object of groups of modules");
        var blocks = groups.Keys.ToArray().Select(key => ReadGroup(groups.Section(key) ?? throw groups.Missing(key, "an object"))).Distinct().ToList();
        return blocks.Count <= 1
            ? new Fp8Format(Method, blocks.FirstOrDefault())
            : throw quantization.Unsupported("config_groups", "has groups with blocks of different sizes; one size for all is read");
    }

    private static void CheckFormat(ConfigFile section)
    {
        if (section.String("format") is { } format and not ("float-quantized" or "naive-quantized"))
        {
            throw section.Unsupported("format", $"is '{format}'; {Supported}");
        }
    }

    private static ScaleBlocks? ReadGroup(ConfigFile group)
    {
        CheckFormat(group);
        var weights = group.Section("weights") ?? throw group.Missing("weights", "an object");
        if (weights.String("type") is var type and not "float")
        {
            throw weights.Unsupported("type", $"is '{type}'; {Supported}");
        }

        if (weights.PositiveInteger("num_bits") is var bits and not 8)
        {
            throw weights.Unsupported("num_bits", $"is {bits}; {Supported}");
        }

        return weights.String("strategy") switch
        {
            null or "tensor" or "channel" => null,
            "block" => weights.Integers("block_structure") is [> 0, > 0] sizes
                ? new ScaleBlocks(sizes[0], sizes[1])
                : throw weights.Missing("block_structure", "two whole numbers from 1"),
            var strategy => throw weights.Unsupported("strategy", $"is '{strategy}'; of compressed-tensors the strategies tensor, channel and block are read"),
        };
    }
}
