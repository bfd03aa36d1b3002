namespace LmDeploy.Hub;

/// <summary>Where a model lies that somebody asked for.</summary>
public sealed record ModelSource
{
    /// <summary>Its folder, an absolute path. Where a path was asked for, it may not exist.</summary>
    public required string Folder { get; init; }

    /// <summary>How it is called where no other name is given: the last part of its name, or of its path.</summary>
    public required string Name { get; init; }

    internal static ModelSource OfPath(string path)
    {
        var folder = Path.GetFullPath(path);
        return new ModelSource { Folder = folder, Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) };
    }
}
