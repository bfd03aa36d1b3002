using LmDeploy.Hub.Selection;
using LmDeploy.V1;

namespace LmDeploy.Hub.Cache;

/// <summary>The models that are on this machine: those of the cache, and those in the folders of <c>LMDEPLOY_MODELS</c>.</summary>
internal static class LocalModels
{
    /// <summary>The folder of a model, without the network.</summary>
    /// <returns>Null where it is not there, or not whole; and whether a download brought it whole, so that nothing needs to be asked.</returns>
    public static (string Folder, bool IsCertain)? Find(ModelName model, HubSettings settings)
    {
        if (model.AskedRevision is null
            && settings.ModelFolders.SelectMany(root => new[] { model.Repository, model.ShortName }.Select(name => Path.Join(root, name, model.Subfolder)))
                .FirstOrDefault(folder => File.Exists(Path.Join(folder, "config.json"))) is { } own)
        {
            return (own, true);
        }

        var cache = new RepositoryCache(settings.CacheFolder, model.Repository);
        if (cache.FindCommit(model.Revision) is not { } commit)
        {
            return null;
        }

        var snapshot = cache.Snapshot(commit);
        var folder = Path.Join(snapshot, model.Subfolder);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var isCertain = cache.CompleteFiles(commit, model.Subfolder)?.All(file => LinkedFile.Exists(Path.Join(snapshot, file))) == true;
        if (!isCertain && !ModelFiles.IsWhole(folder))
        {
            return null;
        }

        cache.CheckLinks(folder);
        return (folder, isCertain);
    }

    public static IReadOnlyList<LocalModel> List(HubSettings settings)
        => [.. settings.ModelFolders.SelectMany(Own), .. RepositoryCache.All(settings.CacheFolder).SelectMany(Cached)];

    /// <summary>Removes a model, or one version of it, from the cache.</summary>
    /// <returns>Bytes that became free.</returns>
    public static long Remove(ModelName model, HubSettings settings)
    {
        var cache = new RepositoryCache(settings.CacheFolder, model.Repository);
        if (!Directory.Exists(cache.Folder))
        {
            throw new HubException(
                ErrorCodes.ModelNotFound, $"{settings.CacheFolder} has no model {model.Repository}; lmdeploy list shows what it has.", model.ToString());
        }

        if (model.Subfolder is not null)
        {
            throw new HubException(ErrorCodes.InvalidRequest, $"A folder of a repository is not removed alone; give {model.Repository}.", model.ToString());
        }

        RefuseWhileDownloading(cache, settings);
        var before = Bytes(new DirectoryInfo(cache.Folder));
        if (model.AskedRevision is null)
        {
            Directory.Delete(cache.Folder, recursive: true);
            return before;
        }

        var commit = cache.FindCommit(model.Revision)
            ?? throw new HubException(ErrorCodes.ModelNotFound, $"{settings.CacheFolder} has no '{model.Revision}' of {model.Repository}.", model.ToString());
        foreach (var (revision, _) in cache.References().Where(reference => reference.Commit == commit).ToArray())
        {
            File.Delete(Path.Join(cache.Folder, "refs", revision));
        }

        Directory.Delete(cache.Snapshot(commit), recursive: true);
        var used = cache.Commits()
            .SelectMany(left => new DirectoryInfo(cache.Snapshot(left)).EnumerateFiles("*", SearchOption.AllDirectories))
            .Select(file => Path.GetFileName(file.LinkTarget ?? "")).ToHashSet(StringComparer.Ordinal);
        foreach (var blob in Directory.EnumerateFiles(Path.Join(cache.Folder, "blobs")).Where(blob => !used.Contains(Path.GetFileName(blob))))
        {
            File.Delete(blob);
        }

        return before - Bytes(new DirectoryInfo(cache.Folder));
    }

    private static void RefuseWhileDownloading(RepositoryCache cache, HubSettings settings)
    {
        var locks = Path.GetDirectoryName(cache.Lock("any"))!;
        foreach (var path in Directory.Exists(locks) ? Directory.EnumerateFiles(locks) : [])
        {
            using var held = CacheLock.TryAcquire(path)
                ?? throw new HubException(
                    ErrorCodes.RequestConflict,
                        $"{cache.Repository} is being downloaded by another process; remove it when that has ended.", settings.CacheFolder);
        }
    }

    private static IEnumerable<LocalModel> Cached(RepositoryCache cache)
    {
        var references = cache.References().ToLookup(reference => reference.Commit, reference => reference.Revision, StringComparer.Ordinal);
        return cache.Commits().Where(commit => File.Exists(Path.Join(cache.Snapshot(commit), "config.json")) || HasModelBelow(cache.Snapshot(commit)))
            .Select(commit => Describe(cache.Repository, new DirectoryInfo(cache.Snapshot(commit)), cache.CompleteFiles(commit, null) is not null) with
            {
                Revisions = [.. references[commit].Order(StringComparer.Ordinal)], Commit = commit, IsCached = true,
            });
    }

    private static bool HasModelBelow(string snapshot) => Directory.EnumerateDirectories(snapshot).Any(folder => File.Exists(Path.Join(folder, "config.json")));

    /// <summary>Models of a folder that somebody laid out: NAME, or ORG/NAME.</summary>
    private static IEnumerable<LocalModel> Own(string root)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        var first = Directory.GetDirectories(root).Order(StringComparer.Ordinal).ToArray();
        return first.Where(IsModel).Concat(first.Where(folder => !IsModel(folder)).SelectMany(Directory.GetDirectories).Where(IsModel))
            .Select(folder => Describe(Path.GetRelativePath(root, folder), new DirectoryInfo(folder), false));

        static bool IsModel(string folder) => File.Exists(Path.Join(folder, "config.json"));
    }

    private static LocalModel Describe(string name, DirectoryInfo folder, bool isCertain)
    {
        var files = folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(Target).Where(file => file.Exists).ToArray();
        return new LocalModel
        {
            Name = name,
            Folder = folder.FullName,
            Bytes = files.Sum(file => file.Length),
            ModifiedAt = files.Select(file => file.LastWriteTimeUtc).DefaultIfEmpty(folder.LastWriteTimeUtc).Max(),
            IsComplete = isCertain || ModelFiles.IsWhole(folder.FullName),
            IsCached = false,
        };
    }

    private static FileInfo Target(FileInfo file) => file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;

    private static long Bytes(DirectoryInfo folder)
        => folder.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null).Sum(file => file.Length);
}
