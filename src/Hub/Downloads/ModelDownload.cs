using LmDeploy.Hub.Api;
using LmDeploy.Hub.Cache;
using LmDeploy.Hub.Selection;
using LmDeploy.V1;

namespace LmDeploy.Hub.Downloads;

/// <summary>Brings a model into the cache. What is there is not downloaded again; a file gets its name in the snapshot when it is whole and verified.</summary>
internal static class ModelDownload
{
    private const int FilesAtOnce = 4;
    private const long Reserve = 64L << 20;

    /// <returns>The model's folder.</returns>
    public static async Task<string> RunAsync(
        ModelName model, HubSettings settings, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new DownloadProgress { Model = model.ToString(), DownloadedBytes = 0, TotalBytes = 0 });
        using var client = new HubClient(settings);
        using var connections = new SemaphoreSlim(settings.Connections);
        var cache = new RepositoryCache(settings.CacheFolder, model.Repository);
        try
        {
            var version = await client.GetVersionAsync(model, cancellationToken).ConfigureAwait(false);
            var prefix = model.Subfolder is null ? "" : model.Subfolder + "/";
            byte[]? index = null;
            if (ModelFiles.FindIndex(model, version.Paths) is { } indexFile)
            {
                var file = await DescribeAsync(prefix + indexFile, cancellationToken).ConfigureAwait(false);
                await FetchAsync([file], null, cancellationToken).ConfigureAwait(false);
                index = await File.ReadAllBytesAsync(cache.Blob(file.Digest), cancellationToken).ConfigureAwait(false);
            }

            var files = new List<RepositoryFile>();
            foreach (var path in ModelFiles.Select(model, version.Paths, index))
            {
                files.Add(await DescribeAsync(path, cancellationToken).ConfigureAwait(false));
            }

            await FetchAsync(files, progress, cancellationToken).ConfigureAwait(false);
            files.ForEach(file => cache.Link(version.Commit, file.Path, file.Digest));
            cache.MarkComplete(version.Commit, model.Subfolder, files.Select(file => file.Path));
            cache.WriteReference(model.Revision, version.Commit);
            return Path.Join(cache.Snapshot(version.Commit), model.Subfolder);

            async Task<RepositoryFile> DescribeAsync(string path, CancellationToken token) => version.Known.TryGetValue(path, out var known)
                ? known
                : await client.GetFileAsync(model, version.Commit, path, token).ConfigureAwait(false);

            async Task FetchAsync(IReadOnlyList<RepositoryFile> wanted, IProgress<DownloadProgress>? listener, CancellationToken token)
            {
                RepositoryFile[] missing =
                [
                    .. wanted.DistinctBy(file => file.Digest).Where(
                        file => !FileDownload.IsThere(cache, file) && !cache.IsPlaced(version.Commit, file.Path, file.Size)),
                ];
                var left = missing.Sum(file => file.Size - PartialFile.BytesLeft(cache.Blob(file.Digest), file.Size));
                CheckRoom(model, settings.CacheFolder, left);
                var total = wanted.DistinctBy(file => file.Digest).Sum(file => file.Size);
                var meter = new DownloadMeter(model.ToString(), total, total - left, listener, settings.Time);
                meter.Report();
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = token };
                await Parallel.ForEachAsync(
                    missing,
                    parallel,
                    async (file, ended) => await new FileDownload(client, settings, model, version.Commit, cache, file, connections, meter)
                        .RunAsync(ended).ConfigureAwait(false)).ConfigureAwait(false);
                meter.Report();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException(
                ErrorCodes.DownloadFailed,
                $"{model} cannot be written to the cache {settings.CacheFolder}: {e.Message} HF_HUB_CACHE names another folder.", settings.CacheFolder, e);
        }
    }

    private static void CheckRoom(ModelName model, string cacheFolder, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        Directory.CreateDirectory(cacheFolder);
        var free = new DriveInfo(cacheFolder).AvailableFreeSpace;
        if (bytes + Reserve > free)
        {
            throw new HubException(
                ErrorCodes.InsufficientDisk,
                $"{model} needs {bytes >> 20} MiB more, and {cacheFolder} has {free >> 20} MiB free. Make room (lmdeploy list, lmdeploy rm), "
                + $"or HF_HUB_CACHE names another folder.",
                cacheFolder);
        }
    }
}
