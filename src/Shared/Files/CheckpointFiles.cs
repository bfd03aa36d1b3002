namespace LmDeploy.Files;

/// <summary>The names of the files that a model's weights are read from.</summary>
internal static class CheckpointFiles
{
    /// <summary>All weights in one file; counts where it is there.</summary>
    public const string Single = "model.safetensors";

    /// <summary>Says which file each weight is in.</summary>
    public const string Index = "model.safetensors.index.json";

    /// <summary>Whether an index may name it: a file of the model's own folder.</summary>
    public static bool IsFileName(string name) => name == Path.GetFileName(name) && name is not ("" or "." or "..");
}
