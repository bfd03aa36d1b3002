namespace LmDeploy.Files;

/// <summary>Files of forms that are not read: one sentence for each, with what to do.</summary>
internal static class ForeignFiles
{
    public const string Gguf = "GGUF files are not read; take the repository of the same model that has safetensors files.";
    public const string Pickle =
        "Pickles (.bin, .pt, .pth) are not read, since they can run code; take a repository with safetensors files or convert them.";

    private static readonly string[] _pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

    public static bool IsPickle(string extension) => _pickles.Contains(extension);

    /// <summary>The sentence for a folder without config.json or without weights; null where nothing is known.</summary>
    /// <param name="files">The names of its files.</param>
    public static string? Describe(IReadOnlyCollection<string> files)
        => files.Contains("adapter_config.json") ? "It is an adapter (LoRA, PEFT); merge it into its base model, and give the merged folder."
            : files.Contains("model_index.json") ? "It is a model of images (diffusers); models of text are read."
            : Any(files, ".gguf") ? Gguf
            : files.Contains("config.json") && Any(files, _pickles) ? Pickle
            : null;

    public static bool Any(IEnumerable<string> files, params string[] endings)
        => files.Any(name => endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));
}
