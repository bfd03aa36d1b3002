using LmDeploy.V1;

namespace LmDeploy.Hub.Cache;

/// <summary>
/// A repository in the cache, laid out as huggingface_hub does it, so that both share it: <c>blobs</c> has each file once, by its ETag; <c>snapshots/COMMIT</c>
/// has links to them under their names; <c>refs/REVISION</c> has the commit that a branch or tag stood for.
/// https://huggingface.co/docs/huggingface_hub/guides/manage-cache
/// </summary>
/// <remarks>Ours is <c>.complete/COMMIT</c>: the list of the files that a download of a model brought, written when all were there.</remarks>
internal sealed class RepositoryCache(string cacheFolder, string repository)
{
    private const string Prefix = "models--";
    private const int CommitLength = 40;

    private readonly string _name = Prefix + repository.Replace("/", "--", StringComparison.Ordinal);

    public string Repository => repository;

    public string Folder => Path.Join(cacheFolder, _name);

    private string Refs => Path.Join(Folder, "refs");

    private string Snapshots => Path.Join(Folder, "snapshots");

    /// <summary>All repositories of models in a cache.</summary>
    public static IEnumerable<RepositoryCache> All(string cacheFolder) => Directory.Exists(cacheFolder)
        ? Directory.EnumerateDirectories(cacheFolder, Prefix + "*").Order(StringComparer.Ordinal)
            .Select(folder => new RepositoryCache(cacheFolder, Path.GetFileName(folder)[Prefix.Length..].Replace("--", "/", StringComparison.Ordinal)))
        : [];

    /// <summary>Whether a revision is a whole commit hash, which needs no looking up.</summary>
    public static bool IsCommit(string revision) => revision.Length == CommitLength && revision.All(char.IsAsciiHexDigitLower);

    public string Snapshot(string commit) => Path.Join(Snapshots, commit);

    public string Blob(string etag) => Path.Join(Folder, "blobs", etag);

    /// <summary>The file that is locked while a blob is written, by huggingface_hub too.</summary>
    public string Lock(string etag) => Path.Join(cacheFolder, ".locks", _name, etag + ".lock");

    public IEnumerable<string> Commits()
        => Directory.Exists(Snapshots) ? Directory.EnumerateDirectories(Snapshots).Select(folder => Path.GetFileName(folder)!) : [];

    /// <summary>Every branch and tag with its commit.</summary>
    public IEnumerable<(string Revision, string Commit)> References() => Directory.Exists(Refs)
        ? Directory.EnumerateFiles(Refs, "*", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(Refs, file).Replace(Path.DirectorySeparatorChar, '/'), File.ReadAllText(file).Trim()))
        : [];

    /// <summary>The commit that a revision stood for when it was downloaded last; null for none, or where its snapshot is gone.</summary>
    public string? FindCommit(string revision)
    {
        var reference = Path.Join(Refs, revision);
        var commit = IsCommit(revision) ? revision : File.Exists(reference) ? File.ReadAllText(reference).Trim() : null;
        return commit is not null && IsCommit(commit) && Directory.Exists(Snapshot(commit)) ? commit : null;
    }

    public void WriteReference(string revision, string commit)
    {
        if (!IsCommit(revision) && !(File.Exists(Path.Join(Refs, revision)) && File.ReadAllText(Path.Join(Refs, revision)) == commit))
        {
            WriteWhole(Path.Join(Refs, revision), commit);
        }
    }

    /// <summary>Puts a blob into a snapshot: a relative link, or the file itself where links cannot be made.</summary>
    /// <param name="file">Its path in the repository, with forward slashes.</param>
    public void Link(string commit, string file, string etag)
    {
        var path = Path.Join(Snapshot(commit), file);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var target = Path.GetRelativePath(folder, Blob(etag));
        if (new FileInfo(path).LinkTarget == target || (!File.Exists(Blob(etag)) && File.Exists(path)))
        {
            return;
        }

        var made = $"{path}.{Guid.NewGuid():N}";
        try
        {
            File.CreateSymbolicLink(made, target);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            File.Move(Blob(etag), path, overwrite: true); // Without the right to make links; huggingface_hub does the same.
            return;
        }

        File.Move(made, path, overwrite: true);
    }

    /// <summary>Whether a snapshot has a file itself, where links cannot be made.</summary>
    public bool IsPlaced(string commit, string file, long size)
        => new FileInfo(Path.Join(Snapshot(commit), file)) is { Exists: true, LinkTarget: null, Length: var length } && length == size;

    /// <summary>Says that a model has all its files.</summary>
    /// <param name="files">Their paths in the repository.</param>
    public void MarkComplete(string commit, string? subfolder, IEnumerable<string> files) => WriteWhole(Marker(commit, subfolder), string.Join('\n', files));

    /// <summary>The files of a model that was downloaded whole; null where nobody said so.</summary>
    public IReadOnlyList<string>? CompleteFiles(string commit, string? subfolder)
        => File.Exists(Marker(commit, subfolder)) ? File.ReadAllLines(Marker(commit, subfolder)) : null;

    /// <summary>Refuses links that lead out of the repository's folder: a file of a cache is one of its blobs.</summary>
    public void CheckLinks(string folder)
    {
        var inside = Path.TrimEndingDirectorySeparator(Folder) + Path.DirectorySeparatorChar;
        foreach (var file in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (file.LinkTarget is { } target
                && !Path.GetFullPath(target, Path.GetDirectoryName(file.FullName)!).StartsWith(inside, StringComparison.Ordinal))
            {
                throw new HubException(
                    ErrorCodes.InvalidRequest,
                        $"'{file.FullName}' links to '{target}', out of its repository in the cache; remove it and download the model again.",
                    file.FullName);
            }
        }
    }

    /// <summary>Writes a file that is there whole or not at all.</summary>
    private static void WriteWhole(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var made = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(made, text);
        File.Move(made, path, overwrite: true);
    }

    private string Marker(string commit, string? subfolder)
        => Path.Join(Folder, ".complete", commit + (subfolder is null ? "" : "--" + subfolder.Replace("/", "--", StringComparison.Ordinal)));
}
