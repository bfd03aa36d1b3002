namespace LmDeploy.Models.Weights;

/// <summary>A tensor that a decoder computes with, and the tensors of a checkpoint that fill it, one below the other.</summary>
/// <param name="Parts">One, or several of the same width, whose rows together are the rows of all but the last dimension.</param>
/// <param name="Shape">[outputs, inputs] of a matrix, [experts, outputs, inputs] of several.</param>
internal sealed record WeightTensor(IReadOnlyList<WeightPart> Parts, params long[] Shape)
{
    /// <summary>A tensor that a checkpoint has as it is computed with.</summary>
    public WeightTensor(string name, params long[] shape)
        : this([new WeightPart(name, shape)], shape)
    {
    }

    /// <summary>Whether it is float32 whatever the model is computed in.</summary>
    public bool IsWide { get; init; }

    /// <summary>Whether plain checkpoints of the family have the last two dimensions the other way round. It has one part then.</summary>
    public bool InputsFirst { get; init; }

    public RowOrder Order { get; init; }

    /// <summary>Whether 1 is added to every number (Gemma's norms).</summary>
    public bool AddsOne { get; init; }

    /// <summary>How many numbers it has; at most <see cref="WeightManifest.Most"/>, which means too many.</summary>
    public long Elements => WeightManifest.Product(Shape);

    /// <summary>The shape of a part in a checkpoint.</summary>
    /// <param name="isOutputsFirst">Whether the checkpoint has matrices as [outputs, inputs] whatever the family does.</param>
    public long[] StoredShape(WeightPart part, bool isOutputsFirst) =>
        InputsFirst && !isOutputsFirst ? [.. part.Shape[..^2], part.Shape[^1], part.Shape[^2]] : part.Shape;
}
