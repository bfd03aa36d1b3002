using LmDeploy.Worker.Checkpoints;

namespace LmDeploy.Worker.Quantization;

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

    /// <summary>How many numbers of the model a stored tensor stands for.</summary>
    public static long CountOf(TensorEntry entry, int perWord) => Array.Find(Parts, part => entry.Name.EndsWith(part, StringComparison.Ordinal)) switch
    {
        null => entry.Elements,
        PackedWeight => entry.Elements * perWord,
        _ => 0,
    };
}
