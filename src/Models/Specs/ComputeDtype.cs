using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Specs;

/// <summary>The type of numbers that a model is computed in, by the names of config.json: <c>float32</c>, <c>bfloat16</c>, <c>float16</c>.</summary>
internal static class ComputeDtype
{
    private const string Widest = "float32";

    /// <param name="asked">The setting <c>dtype</c>; empty or <c>auto</c> for what suits the device.</param>
    /// <param name="checkpoint">The type that the checkpoint is in.</param>
    /// <returns>The setting; else the checkpoint's type on a GPU, and float32 on a CPU.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/>: nothing is computed in that type.</exception>
    public static string Choose(string asked, string checkpoint, bool onGpu)
    {
        var name = asked is not ("" or "auto") ? asked : onGpu ? checkpoint : Widest;
        return Size(name) is null
            ? throw new EngineException(ErrorCodes.InvalidConfig, $"dtype must be auto, {Widest}, bfloat16 or float16, got '{name}'.", "dtype")
            : name;
    }

    /// <summary>Bytes of a number of a type that <see cref="Choose"/> gave.</summary>
    public static int SizeOf(string dtype) => Size(dtype) ?? throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Nothing is computed in it.");

    private static int? Size(string dtype) => dtype switch
    {
        Widest => 4,
        "float16" or "bfloat16" => 2,
        _ => null,
    };
}
