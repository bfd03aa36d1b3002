using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Quantization;

/// <summary>A <c>quant_method</c> that is read.</summary>
/// <param name="Method">As config.json spells it.</param>
/// <param name="Reads">Which checkpoints of it.</param>
/// <param name="Read">Makes the format of what config.json says of it.</param>
internal sealed record WeightFormatKind(string Method, string Reads, Func<ConfigFile, IWeightFormat> Read);
