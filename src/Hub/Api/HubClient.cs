using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LmDeploy.V1;
using Polly;
using Polly.Retry;

namespace LmDeploy.Hub.Api;

/// <summary>Asks a hub. https://huggingface.co/docs/hub/api. Thread-safe.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 10;
    private const int Retries = 6;
    private const long LargestAnswer = 64L << 20;

    private readonly HttpClient _http;
    private readonly HubSettings _settings;
    private readonly ResiliencePipeline _retry;

    public HubClient(HubSettings settings)
    {
        _settings = settings;
        // Redirects are followed here: the token goes to the hub alone. Nothing is decompressed, since bytes are counted.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = settings.ReadTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer };
        _http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("lmdeploy-dotnet", typeof(HubClient).Assembly.GetName().Version?.ToString(3) ?? "0"));
        _retry = new ResiliencePipelineBuilder { TimeProvider = settings.Time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<TransientHubException>(),
                MaxRetryAttempts = Retries,
                Delay = TimeSpan.FromSeconds(0.5),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = failed => ValueTask.FromResult((failed.Outcome.Exception as TransientHubException)?.RetryAfter),
            })
            .Build();
    }

    /// <summary>Does something again, later and later, while it fails in a way that may pass.</summary>
    public async Task RetryAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
        => await _retry.ExecuteAsync(static async (work, token) => await work(token).ConfigureAwait(false), work, cancellationToken).ConfigureAwait(false);

    /// <summary>The commit that a revision stands for, and its files.</summary>
    public async Task<RepositoryVersion> GetVersionAsync(ModelName model, CancellationToken cancellationToken)
    {
        RepositoryVersion? version = null;
        await RetryAsync(
            async token =>
            {
                var path = $"api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}?blobs=true";
                using var response = await SendAsync(model, HttpMethod.Get, path, null, null, token).ConfigureAwait(false);
                version = Parse(model, await ReadAllAsync(response, model, token).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);
        return version!;
    }

    /// <summary>What a file is, from the answer to a HEAD: for hubs whose list of files does not say it.</summary>
    public async Task<RepositoryFile> GetFileAsync(ModelName model, string commit, string file, CancellationToken cancellationToken)
    {
        RepositoryFile? found = null;
        await RetryAsync(
            async token =>
            {
                using var response = await SendAsync(model, HttpMethod.Head, Resolve(model, commit, file), null, file, token).ConfigureAwait(false);
                found = new RepositoryFile(file, SizeOf(response), DigestOf(response));
            },
            cancellationToken).ConfigureAwait(false);
        return found!;

        long SizeOf(HttpResponseMessage response) => Header(response, "X-Linked-Size") is { } linked && long.TryParse(
            linked, CultureInfo.InvariantCulture, out var size)
            ? size
            : response.Content.Headers.ContentLength ?? throw Odd($"does not say how large {file} is");

        string DigestOf(HttpResponseMessage response)
            => (Header(response, "X-Linked-Etag") ?? response.Headers.ETag?.Tag)?.Trim('"') is { } digest && IsDigest(digest)
                ? digest
                : throw Odd($"gives no digest of {file} (ETag)");

        HubException Odd(string what) => new(ErrorCodes.DownloadFailed, $"{_settings.Endpoint.Host} {what}.", file);
    }

    /// <summary>Opens a part of a file; the answer may be the whole of it.</summary>
    /// <returns>A stream of which each read has the time of <see cref="HubSettings.ReadTimeout"/>, and whether it is the part that was asked for.</returns>
    public async Task<(HttpResponseMessage Response, bool IsPart)> OpenAsync(
        ModelName model, string commit, RepositoryFile file, long from, long to, CancellationToken cancellationToken)
    {
        var response = await SendAsync(
            model, HttpMethod.Get, Resolve(model, commit, file.Path), new RangeHeaderValue(from, to - 1), file.Path, cancellationToken).ConfigureAwait(false);
        var isPart = response.StatusCode == HttpStatusCode.PartialContent;
        var (range, length) = (response.Content.Headers.ContentRange, response.Content.Headers.ContentLength);
        if (
            isPart
                ? range is not { HasRange: true } || range.From != from || (range.Length is { } whole && whole != file.Size)
                : length is { } size && size != file.Size)
        {
            response.Dispose();
            throw new TransientHubException(
                $"{_settings.Endpoint.Host} sent {(isPart ? $"'{range}'" : $"{length} bytes")} of {file.Path}, not bytes {from} to {to} of {file.Size}.",
                file.Path);
        }

        return (response, isPart);
    }

    /// <summary>Reads with the time limit of each read.</summary>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, string subject, CancellationToken cancellationToken)
    {
        using var silent = new CancellationTokenSource(_settings.ReadTimeout, _settings.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        try
        {
            return await stream.ReadAsync(buffer, both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsConnection(e, cancellationToken))
        {
            throw Cut(e, subject);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsConnection(Exception e, CancellationToken cancellationToken)
        => e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static bool IsDigest(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    private static string Resolve(ModelName model, string commit, string file)
        => $"{model.Repository}/resolve/{commit}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}";

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.First() : null;

    private TransientHubException Cut(Exception e, string subject) => new(
        e is OperationCanceledException
            ? $"{_settings.Endpoint.Host} was silent for {_settings.ReadTimeout.TotalSeconds:0} s while {subject} was read."
            : $"The connection to {_settings.Endpoint.Host} failed while {subject} was read: {e.GetBaseException().Message}",
        subject, innerException: e);

    private async Task<byte[]> ReadAllAsync(HttpResponseMessage response, ModelName model, CancellationToken cancellationToken)
    {
        var answer = new MemoryStream();
        var buffer = new byte[64 << 10];
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (await ReadAsync(stream, buffer, model.Repository, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            answer.Write(buffer, 0, read);
            if (answer.Length > LargestAnswer)
            {
                throw new HubException(
                    ErrorCodes.DownloadFailed, $"The list of files of {model.Repository} has more than {LargestAnswer >> 20} MiB.", model.Repository);
            }
        }

        return answer.ToArray();
    }

    /// <summary>Sends a request and follows redirects; the token stays with the hub.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        ModelName model, HttpMethod method, string path, RangeHeaderValue? range, string? file, CancellationToken cancellationToken)
    {
        var hub = new Uri(_settings.Endpoint.AbsoluteUri.TrimEnd('/') + "/");
        var address = new Uri(hub, path);
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Range = range;
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (_settings.Token is { } token && address.Authority == hub.Authority && address.Scheme == hub.Scheme)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            }

            var response = await SendOnceAsync(request, model, file, cancellationToken).ConfigureAwait(false);
            var isHubs = Header(response, "X-Linked-Etag") is not null && method == HttpMethod.Head;
            if (response.IsSuccessStatusCode || isHubs)
            {
                return response; // The hub's redirect of a large file says what it is; the storage behind it does not.
            }

            using (response)
            {
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                {
                    throw HubErrors.Of(response, model, _settings, file);
                }

                var next = new Uri(address, location);
                if (next.Scheme is not ("http" or "https") || (address.Scheme == "https" && next.Scheme == "http"))
                {
                    throw new HubException(
                        ErrorCodes.DownloadFailed,
                        $"{address.Host} redirects {file ?? model.Repository} to {next.Scheme}://{next.Host}, which is not followed.",
                        address.Host);
                }

                address = next;
            }
        }

        throw new HubException(
            ErrorCodes.DownloadFailed, $"{_settings.Endpoint.Host} redirects {file ?? model.Repository} more than {MostRedirects} times.", model.Repository);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, ModelName model, string? file, CancellationToken cancellationToken)
    {
        using var silent = new CancellationTokenSource(_settings.ReadTimeout, _settings.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (
            file is null && e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw new HubException(
                ErrorCodes.DownloadFailed,
                $"{request.RequestUri!.Host} cannot be reached: {e.GetBaseException().Message}. Offline, "
                + $"HF_HUB_OFFLINE=1 uses what was downloaded; HF_ENDPOINT names another hub.",
                model.Repository, e);
        }
        catch (Exception e) when (IsConnection(e, cancellationToken))
        {
            throw Cut(e, file ?? model.Repository);
        }
    }

    private RepositoryVersion Parse(ModelName model, byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            var commit = root.GetProperty("sha").GetString() ?? "";
            var paths = new List<string>();
            var known = new Dictionary<string, RepositoryFile>(StringComparer.Ordinal);
            foreach (var sibling in root.GetProperty("siblings").EnumerateArray())
            {
                var path = sibling.GetProperty("rfilename").GetString() ?? "";
                if (!ModelName.IsInside(path) || path.EndsWith('/'))
                {
                    throw Odd($"it lists a file '{path}'");
                }

                paths.Add(path);
                if (ReadFile(path, sibling) is { } file)
                {
                    known[path] = file;
                }
            }

            return Cache.RepositoryCache.IsCommit(commit)
                ? new RepositoryVersion(model.Repository, commit, paths, known)
                : throw Odd($"its commit is '{commit}'");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Odd(e.Message);
        }

        HubException Odd(string what) => new(
            ErrorCodes.DownloadFailed, $"What {_settings.Endpoint.Host} says of {model.Repository} cannot be read: {what}.", model.Repository);
    }

    private static RepositoryFile? ReadFile(string path, JsonElement sibling)
    {
        var lfs = sibling.TryGetProperty("lfs", out var large) && large.ValueKind == JsonValueKind.Object ? large : (JsonElement?)null;
        var digest = Text(lfs, "sha256") ?? Text(lfs, "oid") ?? Text(sibling, "blobId");
        var size = Number(lfs, "size") ?? Number(sibling, "size");
        return digest is not null && IsDigest(digest) && size is >= 0 ? new RepositoryFile(path, size.Value, digest) : null;

        static string? Text(JsonElement? parent, string name)
            => parent is { } element && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        static long? Number(JsonElement? parent, string name)
            => parent is { } element
                && element.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.Number
                && value.TryGetInt64(out var number) ? number : null;
    }
}
