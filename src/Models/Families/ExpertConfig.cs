using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Specs;

namespace LmDeploy.Models.Families;

/// <summary>The keys that families with experts share.</summary>
internal static class ExpertConfig
{
    private const int MostExperts = 1_000_000;

    /// <param name="countKey">What config.json calls the number of experts.</param>
    /// <param name="sizeKey">What it calls the inner size of one.</param>
    /// <param name="isSparse">Whether a layer has experts, by its number from 0.</param>
    public static MoeSpec Describe(ConfigFile config, string countKey, string sizeKey, int layers, Func<int, bool> isSparse)
    {
        var experts = config.PositiveInteger(countKey);
        if (experts > MostExperts / layers)
        {
            throw config.Invalid(countKey, $"must be at most {MostExperts / layers} in each of {layers} layers, but is {experts}");
        }

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
