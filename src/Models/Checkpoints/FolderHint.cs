using LmDeploy.Files;

namespace LmDeploy.Models.Checkpoints;

/// <summary>
/// Says what somebody handed in who did not hand in a model folder: one sentence with what to do, from the names of files alone. Nothing is opened.
/// </summary>
internal static class FolderHint
{
    // As many names of a folder as are looked at.
    private const int MostEntries = 1000;

    private static readonly string[] _parts = [".incomplete", ".part", ".aria2", ".crdownload"];

    /// <summary>The sentence for a path that is no folder; null where nothing is known.</summary>
    public static string? OfPath(string path) => !File.Exists(path) ? null : Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".gguf" => ForeignFiles.Gguf,
        ".safetensors" or ".json" or ".jinja" => "It is a file; give the folder that it lies in.",
        var extension when ForeignFiles.IsPickle(extension) => ForeignFiles.Pickle,
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
        => ForeignFiles.Any(files, _parts) || IsInterrupted(folder) ? "A download into it is not complete; run the download again."
            : ForeignFiles.Describe(files)
            ?? (!files.Contains("config.json") && Below(folder) is { } below ? $"Its folder '{below}' has one; is that the model?" : null);

    /// <summary>huggingface_hub leaves the parts of a download beside it.</summary>
    private static bool IsInterrupted(string folder)
    {
        var parts = Path.Combine(folder, ".cache", "huggingface", "download");
        return Directory.Exists(parts) && ForeignFiles.Any(Names(Directory.EnumerateFiles(parts)), ".incomplete");
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
