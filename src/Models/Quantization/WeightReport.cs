using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Quantization;

/// <summary>Describes the stored format of weights and the type that they are loaded as.</summary>
internal static class WeightReport
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal) { ["F32"] = "float32", ["F16"] = "float16", ["BF16"] = "bfloat16" };

    /// <param name="model">Its checkpoint may be missing: then weights are made.</param>
    /// <param name="dtype">The type that is computed in.</param>
    public static string Describe(ModelFolder model, string dtype) => model.Checkpoint is { } checkpoint
        ? Describe(checkpoint, model.Manifest.HasQuantized ? model.Format : null, dtype)
        : $"random, {dtype}";

    /// <param name="format">Null where nothing that was loaded is quantized.</param>
    /// <param name="dtype">The type that is computed in.</param>
    /// <returns>For example <c>awq 4-bit, dequantized to float32</c>.</returns>
    public static string Describe(Checkpoint checkpoint, IWeightFormat? format, string dtype)
    {
        if (format is not null)
        {
            return $"{format.Description}, dequantized to {dtype}";
        }

        var stored = checkpoint.Tensors
            .Where(tensor => Names.ContainsKey(tensor.Dtype))
            .GroupBy(tensor => Names[tensor.Dtype])
            .MaxBy(group => group.Sum(tensor => tensor.Elements))?.Key ?? dtype;
        return stored == dtype ? stored : $"{stored}, converted to {dtype}";
    }
}
