namespace LmDeploy.Models.Checkpoints;

/// <summary>
/// Says what somebody handed in who did not hand in a model folder: one sentence with what to do, from the names of files alone. Nothing is opened.
/// </summary>
internal static class FolderHint
{
    // As many names of a folder as are looked at.
    private const int MostEntries = 1000;

    private const string Gguf = "GGUF files are not read; take the repository of the same model that has safetensors files.";
    private const string Pickle =
        "Pickles (.bin, .pt, .pth) are not read, since they can run code; take a repository with safetensors files or convert them.";

    private static readonly string[] _pickles = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

    /// <summary>The sentence for a path that is no folder; null where nothing is known.</summary>
    public static string? OfPath(string path) => !File.Exists(path) ? null : Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".gguf" => Gguf,
        ".safetensors" or ".json" or ".jinja" => "It is a file; give the folder that it lies in.",
        var extension when _pickles.Contains(extension) => Pickle,
        _ => "It is a file; give a folder with config.json, safetensors files and a tokenizer, as Hugging Face lays them out.",
    };

    /// <summary>The sentence for a folder without config.json or without weights; null where nothing is known.</summary>
    public static string? OfFolder(string folder)
    {
        try
        {
            return OfFiles(folder, Names(Directory.EnumerateFiles(folder)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It is the error without the hint that counts.
        }
    }

    private static string? OfFiles(string folder, string[] files)
        => files.Contains("adapter_config.json") ? "It is an adapter (LoRA, PEFT); merge it into its base model, and give the merged folder."
            : files.Contains("model_index.json") ? "It is a model of images (diffusers); models of text are read."
            : files.Any(Has(".gguf")) ? Gguf
            : files.Any(Has(".incomplete", ".part", ".aria2", ".crdownload")) || IsInterrupted(folder)
                ? "A download into it is not complete; run the download again."
            : files.Contains("config.json") && files.Any(Has(_pickles)) ? Pickle
            : !files.Contains("config.json") && Below(folder) is { } below ? $"Its folder '{below}' has one; is that the model?"
            : null;

    private static Func<string, bool> Has(params string[] endings) => name => endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>huggingface_hub leaves the parts of a download beside it.</summary>
    private static bool IsInterrupted(string folder)
    {
        var parts = Path.Combine(folder, ".cache", "huggingface", "download");
        return Directory.Exists(parts) && Names(Directory.EnumerateFiles(parts)).Any(Has(".incomplete"));
    }

    /// <summary>The first folder below that has config.json, of the cache of huggingface_hub too; null for none.</summary>
    private static string? Below(string folder)
    {
        var snapshots = Path.Combine(folder, "snapshots");
        var places = Directory.Exists(snapshots) ? Directory.EnumerateDirectories(snapshots) : Directory.EnumerateDirectories(folder);
        return places.Take(MostEntries).FirstOrDefault(place => File.Exists(Path.Combine(place, "config.json"))) is { } found
            ? Path.GetRelativePath(folder, found)
            : null;
    }

    private static string[] Names(IEnumerable<string> paths) => [.. paths.Take(MostEntries).Select(path => Path.GetFileName(path)!)];
}
