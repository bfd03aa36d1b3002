using LmDeploy.Worker.Checkpoints;
using TorchSharp;

namespace LmDeploy.Worker.Quantization;

/// <summary>A way in which a checkpoint holds matrices in fewer bits than they are computed in.</summary>
internal interface IWeightFormat
{
    /// <summary>How people call it, for example <c>awq 4-bit</c>.</summary>
    string Description { get; }

    /// <summary>Whether matrices come out as [outputs, inputs] for every family; else in the order that the family stores them in.</summary>
    bool OutputsFirst { get; }

    /// <summary>Whether the checkpoint has the matrix of this name in this format. What it has not, it has as plain numbers.</summary>
    bool Holds(Checkpoint checkpoint, string name);

    /// <summary>Reads what the checkpoint has for a matrix and makes plain numbers of it.</summary>
    /// <param name="target">The matrix, or several of one shape along the first dimension; in the type that is computed in.</param>
    /// <exception cref="Errors.EngineException">A tensor is missing, misshapen, of another type, or has indices out of range.</exception>
    void Load(TensorReader reader, string name, torch.Tensor target);

    /// <summary>How many numbers of the model a stored tensor stands for.</summary>
    long CountOf(TensorEntry entry);
}
