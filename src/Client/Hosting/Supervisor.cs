using LmDeploy.Hosting;
using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy;

/// <summary>
/// The process that starts, watches and ends the workers of pipelines. <see cref="Shared"/> is the one of this user and needs no care;
/// <see cref="StartPrivate"/> starts one that ends with its owner. All members may be used from several threads at once.
/// </summary>
/// <remarks>
/// Calls throw <see cref="SupervisorUnavailableException"/> when it cannot be started or reached or goes away meanwhile, and
/// <see cref="ObjectDisposedException"/> after it was disposed.
/// </remarks>
public sealed partial class Supervisor : IDisposable, IAsyncDisposable
{
    /// <summary>
    /// How many supervisors a call is tried with after the first. One may leave for idleness while it is asked, and on a busy host the next may do so too
    /// before the call has reached it.
    /// </summary>
    internal const int MostReplacements = 4;

    private readonly SupervisorEndpoint _endpoint;
    private readonly Lazy<SupervisorChannel> _channel;
    private readonly bool _isShared;
    private int _disposed;

    internal Supervisor(SupervisorEndpoint endpoint, bool isShared = false)
    {
        _endpoint = endpoint;
        _isShared = isShared;
        _channel = new Lazy<SupervisorChannel>(endpoint.Connect);
    }

    /// <summary>
    /// The supervisor of this user and this build: the first use finds it on its socket or starts it, and it leaves when it is idle. Disposing it does nothing.
    /// </summary>
    public static Supervisor Shared { get; } = new(
        OperatingSystem.IsLinux() ? new SharedEndpoint(TimeProvider.System) : new AbsentEndpoint(), isShared: true);

    /// <summary>Whether it is the one of this user, which comes and goes as it is needed.</summary>
    internal bool IsShared => _isShared;

    /// <summary>Whether it is on another host; see <see cref="Connect(Uri, string?)"/>.</summary>
    public bool IsRemote => _endpoint.IsRemote;

    /// <summary>The path of its socket; empty for one on another host.</summary>
    /// <exception cref="SupervisorUnavailableException">LmDeploy's programs were not found, so there is no such path.</exception>
    public string SocketPath => _endpoint.SocketPath;

    /// <summary>Starts a supervisor of one's own. Disposing it ends all its pipelines and then it; so does the end of this process.</summary>
    /// <exception cref="SupervisorUnavailableException">It cannot be found or started.</exception>
    public static Supervisor StartPrivate(SupervisorOptions? options = null, CancellationToken cancellationToken = default)
        => StartPrivateAsync(options, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="StartPrivate"/>
    public static async Task<Supervisor> StartPrivateAsync(SupervisorOptions? options = null, CancellationToken cancellationToken = default)
        => OperatingSystem.IsLinux()
            ? new Supervisor(await PrivateEndpoint.StartAsync(options ?? new SupervisorOptions(), cancellationToken).ConfigureAwait(false))
            : throw AbsentEndpoint.Refusal();

    /// <summary>
    /// A supervisor that somebody else takes care of; it is asked at the first use. Disposing ends the connection and the pipelines opened through it.
    /// </summary>
    /// <param name="socketPath">The path of its socket, at most 107 bytes.</param>
    /// <exception cref="SupervisorUnavailableException">The path is too long for a socket.</exception>
    public static Supervisor At(string socketPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(socketPath);
        return new Supervisor(new ExistingEndpoint(UnixSocket.CheckPath(Path.GetFullPath(socketPath))));
    }

    /// <summary>
    /// A supervisor on another host, behind <c>lmdeploy serve</c> with TLS; it is asked at the first use. Models are named as the server names them, or as the
    /// hub does (<c>org/name</c>): paths of this machine mean nothing there. A pipeline lives as long as the connection answers; one whose holder does not for
    /// 30 seconds is ended by the server.
    /// </summary>
    /// <param name="address">The server's address, for example <c>https://gpu-host:23333</c>.</param>
    /// <param name="key">An API key of the server; null for none.</param>
    /// <exception cref="ArgumentException">The address is not https.</exception>
    public static Supervisor Connect(Uri address, string? key) => Connect(address, new RemoteSupervisorOptions { Key = key });

    /// <inheritdoc cref="Connect(Uri, string?)"/>
    /// <param name="address">The server's address, for example <c>https://gpu-host:23333</c>.</param>
    /// <param name="options">The key, and the certificate to trust.</param>
    /// <exception cref="IOException">The file of the certificate cannot be read.</exception>
    public static Supervisor Connect(Uri address, RemoteSupervisorOptions options)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        return address is { IsAbsoluteUri: true, Scheme: "https" }
            ? new Supervisor(new RemoteEndpoint(address, options))
            : throw new ArgumentException($"The address of a supervisor on another host must begin with https://, got {address}.", nameof(address));
    }

    /// <summary>The shared supervisor when it runs, else null; starts none. The caller disposes what it gets, which ends the connection alone.</summary>
    /// <exception cref="SupervisorUnavailableException">LmDeploy's programs were not found, or the socket cannot be used.</exception>
    public static Supervisor? FindShared(CancellationToken cancellationToken = default) => FindSharedAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="FindShared"/>
    public static async Task<Supervisor?> FindSharedAsync(CancellationToken cancellationToken = default)
        => await UnixSocket.IsListeningAsync(Shared.SocketPath, cancellationToken).ConfigureAwait(false) ? At(Shared.SocketPath) : null;

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Ends a private supervisor with all its pipelines, at the latest after <see cref="SupervisorOptions.StopTimeout"/>; lets go of another's. Doing it again
    /// does nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_isShared || Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _endpoint.ReleaseAsync().ConfigureAwait(false);
        if (_channel.IsValueCreated)
        {
            _channel.Value.Dispose();
        }
    }

    /// <summary>A connection to a supervisor that listens; one that can be started is started, with a worker when it is told to.</summary>
    internal async Task<SupervisorChannel> ConnectAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        await _endpoint.EnsureListeningAsync(first, cancellationToken).ConfigureAwait(false);
        return _channel.Value;
    }

    /// <summary>Whether a call that failed so is worth another try: the supervisor left, for idleness perhaps, and there can be a new one.</summary>
    internal bool CanReplace(SupervisorUnavailableException failure) => _endpoint.CanRestart && failure.Code == ErrorCodes.SupervisorUnavailable;

    /// <summary>A connection to the supervisor that comes after one that failed a call.</summary>
    internal async Task<SupervisorChannel> ReconnectAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        await _endpoint.ReplaceAsync(first, cancellationToken).ConfigureAwait(false);
        return _channel.Value;
    }

    /// <summary>Finds a model as this supervisor knows models.</summary>
    internal Task<Hub.ModelSource> LocateAsync(string model, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
        => _endpoint.LocateAsync(model, progress, cancellationToken);

    private Task<T> AskAsync<T>(Func<Host.HostClient, Grpc.Core.AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
        => AskAsync(ask, FirstWorkerDevice.None, cancellationToken);

    private async Task<T> AskAsync<T>(Func<Host.HostClient, Grpc.Core.AsyncUnaryCall<T>> ask, FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        var channel = await ConnectAsync(first, cancellationToken).ConfigureAwait(false);
        for (var replaced = 0; ; replaced++)
        {
            try
            {
                return await AskAsync(channel, ask, cancellationToken).ConfigureAwait(false);
            }
            catch (SupervisorUnavailableException e) when (replaced < MostReplacements && CanReplace(e))
            {
                channel = await ReconnectAsync(first, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<T> AskAsync<T>(
        SupervisorChannel channel, Func<Host.HostClient, Grpc.Core.AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            using var call = ask(channel.Host);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception e) when (RpcErrors.IsOfCall(e))
        {
            throw Explain(e, cancellationToken);
        }
    }

    private static Exception Explain(Exception e, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? new OperationCanceledException("The request was cancelled.", e, cancellationToken)
        : RpcErrors.ToException(e);
}
