using System.Runtime.Versioning;
using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>A supervisor of one's own: started at once, gone with its owner.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PrivateEndpoint : SupervisorEndpoint
{
    private readonly SupervisorProcess _process;
    private readonly SupervisorOptions _options;

    private PrivateEndpoint(SupervisorProcess process, string socketPath, SupervisorOptions options)
    {
        _process = process;
        _options = options;
        SocketPath = socketPath;
    }

    public override string SocketPath { get; }

    public static async Task<PrivateEndpoint> StartAsync(SupervisorOptions options, CancellationToken cancellationToken)
    {
        var installation = options.Home is { } home ? Installation.At(home) : Installation.Find();
        var socketPath = UnixSocket.CheckPath(options.SocketPath is { } path ? Path.GetFullPath(path) : OwnPath());
        var start = new SupervisorStart(installation, socketPath, IsOwned: true, TimeSpan.Zero, options.ClientTimeout, options.StartTimeout)
        {
            Standby = options.StandbyWorkers,
            StandbyCuda = options.StandbyCuda,
        };
        var process = await SupervisorProcess.StartAsync(start, cancellationToken).ConfigureAwait(false);
        return new PrivateEndpoint(process, socketPath, options);
    }

    public override async Task EnsureListeningAsync(FirstWorkerDevice first, CancellationToken cancellationToken)
    {
        if (!await UnixSocket.IsListeningAsync(SocketPath, cancellationToken).ConfigureAwait(false))
        {
            throw new SupervisorUnavailableException(ErrorCodes.SupervisorUnavailable, $"The private supervisor (pid {_process.Id}) is gone.", SocketPath);
        }
    }

    public override async Task ReleaseAsync()
    {
        await _process.StopAsync(_options.StopTimeout).ConfigureAwait(false);
        _process.Dispose();
        SupervisorRemains.Remove(SocketPath, andLog: _options.SocketPath is null);
    }

    /// <summary>A name that nobody had before. What those left that ended with their owner goes: they had nobody to do it for them.</summary>
    private static string OwnPath()
    {
        var folder = RuntimeFolder.Open(RuntimeFolder.Locate());
        foreach (var log in Directory.EnumerateFiles(folder, "p-*.sock.log"))
        {
            SupervisorRemains.Remove(Path.ChangeExtension(log, null), andLog: true);
        }

        return Path.Join(folder, $"p-{Guid.NewGuid().ToString("n")[..12]}.sock");
    }
}
