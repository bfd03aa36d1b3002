using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Quantization;

/// <summary>The names that AWQ and GPTQ give the parts of a matrix.</summary>
/// <param name="Name">What they begin with.</param>
internal readonly record struct PackedModule(string Name)
{
    private const string Weight = ".weight";
    private const string PackedWeight = ".qweight";

    private static readonly string[] Parts = [PackedWeight, ".qzeros", ".scales", ".g_idx"];

    public string Integers => Name + PackedWeight;

    public string Zeros => Name + ".qzeros";

    public string Scales => Name + ".scales";

    public string Groups => Name + ".g_idx";

    /// <param name="matrix">What the model calls the matrix.</param>
    public static PackedModule Of(string matrix) => new(matrix[..^Weight.Length]);

    /// <summary>Whether a checkpoint has any part of a matrix, and not the matrix itself.</summary>
    public static bool IsIn(Checkpoint checkpoint, string matrix) =>
        matrix.EndsWith(Weight, StringComparison.Ordinal) && !checkpoint.Contains(matrix)
        && Of(matrix) is var module && Parts.Any(part => checkpoint.Contains(module.Name + part));

    /// <summary>Outputs and inputs of a matrix.</summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.WrongShape"/>: it is no single matrix.</exception>
    public static (long Outputs, long Inputs) SidesOf(Checkpoint checkpoint, string matrix, long[] shape) => shape is [var outputs, var inputs]
        ? (outputs, inputs)
        : throw new EngineException(
            ErrorCodes.WrongShape, $"'{checkpoint.Folder}': '{matrix}' is quantized by itself, but the model has several in one tensor.", matrix);
}
