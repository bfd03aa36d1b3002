using System.Globalization;
using System.Runtime.Versioning;
using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>The supervisor of this user and this build: found on its socket, or started.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SharedEndpoint(TimeProvider time) : SupervisorEndpoint, IDisposable
{
    /// <summary>Longer than a supervisor that drains may take to leave, for which the next one waits.</summary>
    private static readonly TimeSpan _startTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _retryPeriod = TimeSpan.FromMilliseconds(10);

    private readonly Lazy<Installation> _installation = new(Installation.Find, LazyThreadSafetyMode.PublicationOnly);
    private readonly SemaphoreSlim _starting = new(1);

    public override string SocketPath => PathFor(_installation.Value);

    public override bool CanRestart => true;

    /// <summary>Where the shared supervisor of an installation listens.</summary>
    public static string PathFor(Installation installation)
        => UnixSocket.CheckPath(Path.Join(RuntimeFolder.Locate(), $"s-{installation.GetKey()}.sock"));

    public override async Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        var socketPath = OpenFolder();
        if (await UnixSocket.IsListeningAsync(socketPath, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!await UnixSocket.IsListeningAsync(socketPath, cancellationToken).ConfigureAwait(false))
            {
                await StartAsync(socketPath, first, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Starts another without asking who listens: it waits until one that leaves has left, and goes at once when none does.</summary>
    public override async Task ReplaceAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        var socketPath = OpenFolder();
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StartAsync(socketPath, first, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    public void Dispose() => _starting.Dispose();

    private string OpenFolder()
    {
        var socketPath = SocketPath;
        RuntimeFolder.Open(Path.GetDirectoryName(socketPath)!);
        return socketPath;
    }

    private async Task StartAsync(string socketPath, FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        var start = new SupervisorStart(
            _installation.Value,
            socketPath,
            IsOwned: false,
            SecondsVariable.Read("LMDEPLOY_IDLE_TIMEOUT", fallback: 30, least: 0),
            SecondsVariable.Read("LMDEPLOY_CLIENT_TIMEOUT", fallback: 30, least: 6),
            _startTimeout)
        {
            Standby = ReadStandby(),
            StandbyCuda = Environment.GetEnvironmentVariable("LMDEPLOY_STANDBY_CUDA") == "1",
            FirstWorker = first,
        };
        using (await SupervisorProcess.StartAsync(start, cancellationToken).ConfigureAwait(false))
        {
            // It has left this process; letting go of the pipes is all there is to do.
        }

        await WaitUntilListeningAsync(socketPath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Another client's supervisor may have the socket without listening yet.</summary>
    private async Task WaitUntilListeningAsync(string socketPath, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_startTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var retry = new PeriodicTimer(_retryPeriod, time);
        try
        {
            while (!await UnixSocket.IsListeningAsync(socketPath, linked.Token).ConfigureAwait(false))
            {
                await retry.WaitForNextTickAsync(linked.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new SupervisorUnavailableException(
                ErrorCodes.SupervisorUnavailable, $"The supervisor did not listen on {socketPath} within {_startTimeout.TotalSeconds:0} s.", socketPath, e);
        }
    }

    /// <summary>LMDEPLOY_STANDBY, 0 when it is not set.</summary>
    private static int ReadStandby()
        => Environment.GetEnvironmentVariable("LMDEPLOY_STANDBY") is not { Length: > 0 } text ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 16
            ? count
            : throw new SupervisorUnavailableException(
                ErrorCodes.InvalidConfig, $"LMDEPLOY_STANDBY must be a number between 0 and 16, got \"{text}\".", "LMDEPLOY_STANDBY");
}
