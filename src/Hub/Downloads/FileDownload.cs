using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LmDeploy.Hub.Api;
using LmDeploy.Hub.Cache;
using LmDeploy.V1;

namespace LmDeploy.Hub.Downloads;

/// <summary>Brings one file into the cache: in ranges, verified, under the lock that huggingface_hub takes for it too.</summary>
/// <param name="connections">One for each connection that may be open.</param>
internal sealed class FileDownload(
    HubClient client,
    HubSettings settings,
    ModelName model,
    string commit,
    RepositoryCache cache,
    RepositoryFile file,
    SemaphoreSlim connections,
    DownloadMeter meter)
{
    // Pieces that one request asks for: 64 MiB.
    private const int LongestRange = 64;
    private const int ReadSize = 1 << 20;

    private int _isSentWhole;

    private string Blob => cache.Blob(file.Digest);

    /// <summary>Whether the cache has it.</summary>
    public static bool IsThere(RepositoryCache cache, RepositoryFile file)
        => new FileInfo(cache.Blob(file.Digest)) is { Exists: true, Length: var length } && length == file.Size;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var held = await CacheLock.AcquireAsync(cache.Lock(file.Digest), settings.Time, cancellationToken).ConfigureAwait(false);
        if (IsThere(cache, file))
        {
            return; // Another process brought it meanwhile.
        }

        // What an earlier run left may be damaged, by a disk or a power cut: then once more from nothing.
        var isResumed = PartialFile.BytesLeft(Blob, file.Size) > 0;
        if (await FetchAllAsync(cancellationToken).ConfigureAwait(false) is not { } digest
            || (isResumed && await FetchAllAsync(cancellationToken).ConfigureAwait(false) is null))
        {
            return;
        }

        throw new HubException(
            ErrorCodes.DownloadFailed,
            $"{file.Path} of {model} has the digest {digest}, not {file.Digest} as {settings.Endpoint.Host} said; it was removed. Try again, "
            + $"or ask who runs the hub.",
            file.Path);
    }

    /// <returns>Null where it is in the cache now; its digest where that is not the right one, and nothing is kept.</returns>
    private async Task<string?> FetchAllAsync(CancellationToken cancellationToken)
    {
        using var partial = PartialFile.Open(Blob, file.Size);
        while (partial.Missing(LongestRange).ToArray() is { Length: > 0 } ranges)
        {
            _isSentWhole = 0;
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = settings.Connections, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(
                ranges, parallel, (range, token) => new ValueTask(FetchRangeAsync(partial, range.First, range.End, token))).ConfigureAwait(false);
        }

        var digest = await DigestAsync(partial, cancellationToken).ConfigureAwait(false);
        if (digest == file.Digest)
        {
            partial.Finish();
            return null;
        }

        partial.Dispose();
        PartialFile.Delete(Blob);
        meter.Add(-file.Size);
        return digest;
    }

    private async Task FetchRangeAsync(PartialFile partial, int first, int end, CancellationToken cancellationToken)
    {
        await connections.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (Next() is var next && next < end && _isSentWhole == 0)
            {
                await client.RetryAsync(
                    async token =>
                    {
                        var before = Next();
                        try
                        {
                            await FetchPiecesAsync(partial, before, end, token).ConfigureAwait(false);
                        }
                        catch (TransientHubException) when (Next() > before)
                        {
                            // It got on: that is no failure in a row.
                        }
                    },
                    cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            connections.Release();
        }

        int Next() => Enumerable.Range(first, end - first).FirstOrDefault(piece => !partial.IsDone(piece), end);
    }

    /// <summary>
    /// Reads pieces from the first to before the last. A server that knows no ranges sends the whole file, of which all that is missing is taken.
    /// </summary>
    private async Task FetchPiecesAsync(PartialFile partial, int first, int end, CancellationToken cancellationToken)
    {
        var (response, isPart) = await client.OpenAsync(
            model, commit, file, PartialFile.PieceStart(first), partial.PieceEnd(end - 1), cancellationToken).ConfigureAwait(false);
        using var opened = response;
        if (!isPart)
        {
            if (Interlocked.Exchange(ref _isSentWhole, 1) == 1)
            {
                return; // Another connection reads it.
            }

            (first, end) = (0, (int)((file.Size + PartialFile.PieceSize - 1) / PartialFile.PieceSize));
        }

        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var buffer = new byte[ReadSize];
            for (var piece = first; piece < end; piece++)
            {
                var bytes = buffer.AsMemory(0, (int)(partial.PieceEnd(piece) - PartialFile.PieceStart(piece)));
                await FillAsync(stream, bytes, partial.IsDone(piece), cancellationToken).ConfigureAwait(false);
                if (!partial.IsDone(piece))
                {
                    await partial.WriteAsync(piece, bytes, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (!isPart)
            {
                _isSentWhole = 0;
            }
        }
    }

    private async Task FillAsync(Stream stream, Memory<byte> bytes, bool isThere, CancellationToken cancellationToken)
    {
        var filled = 0;
        try
        {
            while (filled < bytes.Length)
            {
                var read = await client.ReadAsync(stream, bytes[filled..], file.Path, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new TransientHubException($"{settings.Endpoint.Host} ended {file.Path} too early.", file.Path);
                }

                filled += read;
                meter.Add(isThere ? 0 : read);
            }
        }
        catch when (filled < bytes.Length && !isThere)
        {
            meter.Add(-filled); // A piece that is not whole comes again.
            throw;
        }
    }

    private async Task<string> DigestAsync(PartialFile partial, CancellationToken cancellationToken)
    {
#pragma warning disable CA5350 // SHA-1 is what Git names its objects by.
        using var hash = IncrementalHash.CreateHash(file.IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        if (!file.IsSha256)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
        }

        var buffer = new byte[ReadSize];
        for (long position = 0; position < file.Size;)
        {
            var read = await partial.ReadAsync(buffer, position, cancellationToken).ConfigureAwait(false);
            hash.AppendData(buffer, 0, read);
            position += read;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
