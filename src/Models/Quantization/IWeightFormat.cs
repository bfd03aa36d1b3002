using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Quantization;

/// <summary>A format of quantized weights in a checkpoint.</summary>
internal interface IWeightFormat
{
    /// <summary>The display name, for example <c>awq 4-bit</c>.</summary>
    string Description { get; }

    /// <summary>Whether matrices come out as [outputs, inputs] for every family; else in the order that the family stores them in.</summary>
    bool OutputsFirst { get; }

    /// <summary>Whether the checkpoint has the matrix of this name in this format. Other matrices are stored as plain numbers.</summary>
    bool Holds(Checkpoint checkpoint, string name);

    /// <summary>The tensors that a matrix of this name is made of, or several matrices of one shape along the first dimension.</summary>
    /// <param name="shape">Of the plain matrix: [outputs, inputs] where <see cref="OutputsFirst"/>.</param>
    /// <exception cref="LmDeploy.Text.Errors.EngineException">The format cannot hold a matrix of that shape.</exception>
    IReadOnlyList<StoredPart> PartsOf(Checkpoint checkpoint, string name, params long[] shape);
}
