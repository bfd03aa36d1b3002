using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

#pragma warning disable CA5350 // SHA-1 is what Git names its objects by.

namespace LmDeploy.Tests.Hubs;

/// <summary>
/// A hub on a port of this machine that speaks the API of huggingface.co: repositories at commits, small files from the hub itself, large ones from a
/// storage of another name behind a redirect, ranges, digests, error codes. What goes wrong is told by <see cref="OnRequest"/> and <see cref="OnBytes"/>.
/// </summary>
internal sealed class TestHub : IAsyncDisposable
{
    private const int LargeFile = 100_000;
    private const int Chunk = 64 << 10;

    private readonly ConcurrentDictionary<string, Repository> _repositories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _storage = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private long _bytes;

    private TestHub(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Looks at a request first; true when it has answered.</summary>
    public Func<HttpContext, Task<bool>> OnRequest { get; set; } = _ => Task.FromResult(false);

    /// <summary>Is told the bytes of files that were sent in all, before each chunk; may wait or cut the connection.</summary>
    public Func<HttpContext, long, Task> OnBytes { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Changes what is sent from the storage.</summary>
    public Func<string, byte[], byte[]> OnContent { get; set; } = (_, content) => content;

    /// <summary>Whether the list of files says sizes and digests.</summary>
    public bool SaysBlobs { get; set; } = true;

    /// <summary>Whether ranges are known.</summary>
    public bool SaysRanges { get; set; } = true;

    /// <summary>Every request, as METHOD /path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Bytes of files that were sent.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public static async Task<TestHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MinResponseDataRate = null);
        var app = builder.Build();
        var hub = new TestHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync();
        hub.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return hub;
    }

    /// <summary>Adds a repository, or a commit to it.</summary>
    /// <returns>The commit.</returns>
    public string Add(string name, IReadOnlyDictionary<string, byte[]> files, string revision = "main", string? token = null, bool isGated = false)
    {
        var commit = Convert.ToHexStringLower(
            SHA1.HashData(Encoding.UTF8.GetBytes($"{name}@{revision} {string.Join(',', files.Select(f => f.Key + Sha256(f.Value)))}")));
        var repository = _repositories.GetOrAdd(name, _ => new Repository());
        (repository.Token, repository.IsGated) = (token, isGated);
        repository.Commits[commit] = files;
        repository.Revisions[revision] = commit;
        foreach (var content in files.Values.Where(content => content.Length >= LargeFile))
        {
            _storage[Sha256(content)] = content;
        }

        return commit;
    }

    /// <summary>The files of a folder, as <see cref="Add"/> takes them.</summary>
    public static Dictionary<string, byte[]> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllBytes, StringComparer.Ordinal);

    /// <summary>Requests to an old name are sent on to the new one.</summary>
    public void Rename(string from, string to) => _repositories[from] = new Repository { RenamedTo = to };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Digest(byte[] content) => content.Length >= LargeFile
        ? Sha256(content)
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    private static Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Error-Code"] = code;
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (await OnRequest(context))
        {
            return;
        }

        var parts = context.Request.Path.Value!.TrimStart('/').Split('/');
        await (parts switch
        {
            ["storage", var digest] => StorageAsync(context, digest),
            ["api", "models", var org, var name, "revision", .. var revision] => ListAsync(
                context, $"{org}/{name}", Uri.UnescapeDataString(string.Join('/', revision))),
            [var org, var name, "resolve", var commit, .. var file] => FileAsync(context, $"{org}/{name}", commit, string.Join('/', file)),
            _ => FailAsync(context, 404, ""),
        });
    }

    private Repository? Find(HttpContext context, string name)
    {
        if (!_repositories.TryGetValue(name, out var repository))
        {
            FailAsync(context, context.Request.Headers.Authorization.Count == 0 ? 401 : 404, "RepoNotFound");
            return null;
        }

        if (repository.RenamedTo is { } renamed)
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = context.Request.GetEncodedPathAndQuery().Replace(name, renamed, StringComparison.Ordinal);
            return null;
        }

        if (repository.Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
        {
            var isKnown = context.Request.Headers.Authorization.Count > 0;
            FailAsync(context, repository.IsGated && isKnown ? 403 : 401, repository.IsGated ? "GatedRepo" : "RepoNotFound");
            return null;
        }

        return repository;
    }

    private async Task ListAsync(HttpContext context, string name, string revision)
    {
        if (Find(context, name) is not { } repository)
        {
            return;
        }

        var commit = repository.Revisions.GetValueOrDefault(revision, revision);
        if (!repository.Commits.TryGetValue(commit, out var files))
        {
            await FailAsync(context, 404, "RevisionNotFound");
            return;
        }

        var siblings = files.Select(file => SaysBlobs
            ? (object)new
            {
                rfilename = file.Key,
                size = file.Value.Length,
                blobId = file.Value.Length >= LargeFile ? new string('0', 40) : Digest(file.Value),
                lfs = file.Value.Length >= LargeFile ? new { sha256 = Digest(file.Value), size = file.Value.Length, pointerSize = 134 } : null,
            }
            : new { rfilename = file.Key });
        await context.Response.WriteAsync(JsonSerializer.Serialize(new { id = name, sha = commit, siblings }));
    }

    private async Task FileAsync(HttpContext context, string name, string commit, string path)
    {
        if (Find(context, name) is not { } repository)
        {
            return;
        }

        if (!repository.Commits.TryGetValue(commit, out var files) || !files.TryGetValue(path, out var content))
        {
            await FailAsync(context, 404, "EntryNotFound");
            return;
        }

        context.Response.Headers["X-Repo-Commit"] = commit;
        context.Response.Headers.ETag = $"\"{Digest(content)}\"";
        if (content.Length >= LargeFile)
        {
            context.Response.Headers["X-Linked-Etag"] = $"\"{Digest(content)}\"";
            context.Response.Headers["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture);
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = $"http://localhost:{Address.Port}/storage/{Digest(content)}";
            return;
        }

        await SendAsync(context, content);
    }

    /// <summary>The storage knows no tokens: who sends it one has given it away.</summary>
    private Task StorageAsync(HttpContext context, string digest)
        => context.Request.Headers.Authorization.Count > 0 ? FailAsync(context, 400, "TokenInStorage")
            : _storage.TryGetValue(digest, out var content) ? SendAsync(context, OnContent(digest, content))
            : FailAsync(context, 404, "");

    private async Task SendAsync(HttpContext context, byte[] content)
    {
        var (from, to) = (0L, (long)content.Length);
        if (SaysRanges && context.Request.GetTypedHeaders().Range?.Ranges.SingleOrDefault() is { From: { } first } range && content.Length > 0)
        {
            (from, to) = (first, Math.Min((range.To ?? content.Length - 1) + 1, content.Length));
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{to - 1}/{content.Length}";
        }

        context.Response.ContentLength = to - from;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        while (from < to && !context.RequestAborted.IsCancellationRequested)
        {
            var chunk = (int)Math.Min(Chunk, to - from);
            await OnBytes(context, Interlocked.Add(ref _bytes, chunk));
            await context.Response.Body.WriteAsync(content.AsMemory((int)from, chunk), context.RequestAborted);
            from += chunk;
        }
    }

    private sealed class Repository
    {
        public ConcurrentDictionary<string, IReadOnlyDictionary<string, byte[]>> Commits { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, string> Revisions { get; } = new(StringComparer.Ordinal);

        public string? Token { get; set; }

        public bool IsGated { get; set; }

        public string? RenamedTo { get; init; }
    }
}
