namespace LmDeploy.Models.Weights;

/// <summary>A tensor of the model, or one of several that are computed with as one.</summary>
/// <param name="Name">What the family calls it.</param>
/// <param name="Shape">As it is computed with.</param>
/// <param name="StoredType">What the checkpoint has it in, as safetensors spells it; the format's description where it is quantized, empty where there is no
/// checkpoint.</param>
/// <param name="StoredBytes">What it takes in the checkpoint, scales and the like included; 0 where there is none.</param>
/// <param name="IsWide">Whether it is float32 whatever the model is computed in.</param>
/// <param name="IsQuantized">Whether the checkpoint has it in fewer bits than it is computed in.</param>
internal sealed record ManifestEntry(string Name, IReadOnlyList<long> Shape, string StoredType, long StoredBytes, bool IsWide, bool IsQuantized)
{
    /// <summary>How many numbers it has; at most <see cref="WeightManifest.Most"/>, which means too many.</summary>
    public long Elements => WeightManifest.Product(Shape);

    /// <param name="elementSize">Bytes of a number of the type that is computed in.</param>
    public long ComputedBytes(int elementSize) => Elements * (IsWide ? sizeof(float) : elementSize);
}
