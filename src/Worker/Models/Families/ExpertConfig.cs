using LmDeploy.Worker.Checkpoints;

namespace LmDeploy.Worker.Models.Families;

/// <summary>The keys that families with experts share.</summary>
internal static class ExpertConfig
{
    /// <param name="countKey">What config.json calls the number of experts.</param>
    /// <param name="sizeKey">What it calls the inner size of one.</param>
    /// <param name="isSparse">Whether a layer has experts, by its number from 0.</param>
    public static MoeSpec Describe(ConfigFile config, string countKey, string sizeKey, int layers, Func<int, bool> isSparse)
    {
        var experts = config.PositiveInteger(countKey);
        var perToken = config.PositiveInteger("num_experts_per_tok");
        return perToken <= experts
            ? new MoeSpec
            {
                Experts = experts,
                ExpertsPerToken = perToken,
                IntermediateSize = config.PositiveInteger(sizeKey),
                SparseLayers = [.. Enumerable.Range(0, layers).Select(isSparse)],
            }
            : throw config.Invalid("num_experts_per_tok", $"must be at most {countKey} ({experts}), but is {perToken}");
    }
}
