using LmDeploy.Models.Weights;

namespace LmDeploy.Supervisor.Admission;

/// <summary>What decides how much memory a model takes.</summary>
/// <param name="Files">config.json and, where they are read, the weight files.</param>
/// <param name="Weights">All that is loaded.</param>
/// <param name="Dtype">The type that the checkpoint is in, as config.json spells it.</param>
/// <param name="CacheElementsPerToken">Numbers that the cache holds of one token.</param>
/// <param name="LongestContext">In tokens.</param>
internal sealed record ModelSize(IReadOnlyList<FileInfo> Files, WeightManifest Weights, string Dtype, long CacheElementsPerToken, int LongestContext);
