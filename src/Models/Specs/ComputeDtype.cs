namespace LmDeploy.Models.Specs;

/// <summary>The type of numbers that a model is computed in, by the names of config.json: <c>float32</c>, <c>bfloat16</c>, <c>float16</c>.</summary>
internal static class ComputeDtype
{
    private const string Widest = "float32";

    /// <param name="asked">The setting <c>dtype</c>; empty or <c>auto</c> for what suits the device.</param>
    /// <param name="checkpoint">The type that the checkpoint is in.</param>
    /// <returns>The setting; else the checkpoint's type on a GPU, and float32 on a CPU. It may be a name of no type.</returns>
    public static string Choose(string asked, string checkpoint, bool onGpu) => asked is not ("" or "auto") ? asked : onGpu ? checkpoint : Widest;

    /// <summary>Bytes of a number; null for a name of no type that is computed in.</summary>
    public static int? SizeOf(string dtype) => dtype switch
    {
        Widest => 4,
        "float16" or "bfloat16" => 2,
        _ => null,
    };
}
