using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Connections;
using LmDeploy.Supervisor.Files;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Http;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>One supervisor from the claim of its socket to its end.</summary>
internal sealed partial class SupervisorRun(SupervisorOptions options, TimeProvider time)
{
    /// <summary>The part of the shutdown timeout that is reserved for calls to end after all pipelines have, and for the server to stop.</summary>
    private static readonly TimeSpan ShortestCallsTimeout = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestCallsTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The name of a socket begins with it that one <c>lmdeploy serve</c> has for itself, with its process number.</summary>
    private const string OwnPlacePrefix = "serve-";
    private const string JsonLogFormat = "json";
    private const int StandardError = 2;

    private static readonly TimeSpan ServeDrainTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs until a stop is requested. <paramref name="announce"/> receives the line that the starter waits for.</summary>
    public async Task RunAsync(Action<string> announce)
    {
        // First of all, so that a signal at any time leaves nothing behind.
        var stop = new StopSignal();
        using var reload = new ReloadSignal();
        using var sources = new StopSources(options, stop, reload);
        var descriptors = DescriptorLimit.Raise();
        PrivateFolder.Ensure(options.Folder);
        using var claim = await ClaimAsync(stop);
        if (stop.Requested.IsCompleted)
        {
            announce($"failed it was told to end before it had started: {await stop.Requested}");
            return;
        }

        if (claim is null)
        {
            announce(options.ServeHandover is null ? "already-running" : throw new IOException($"another supervisor listens on {options.Socket}"));
            return;
        }

        var serve = options.ServeHandover is { } file ? ServeHandover.Take(file) : null;
        using var log = new SupervisorLog(options.LogFile, time, serve is null ? null : Console.OpenStandardError(), FormatOf(serve));
        log.Clear();
        File.Delete(options.Socket);
        OrphanedWorkers.End(options.Folder);
        WorkerFolder.RemoveStale(options.Folder, new ProcessTable());
        using var loggers = new LoggerFactory([log]);
        var workers = new WorkerServices(options, time, loggers);
        await using var first = workers.First;
        first.Start(); // Before all that takes time.
        await using var app = SupervisorApp.Build(options, serve, log, stop, workers, descriptors);
        await app.Services.GetRequiredService<DeviceLedgers>().RemoveStaleAsync();
        await app.StartAsync();
        await using var http = serve is null ? null : await HttpServer.StartAsync(serve, app.Services, log);
        using var manager = serve is null ? null : ServiceManager.Find(Environment.GetEnvironmentVariable, time);
        announce(http is null ? "ready" : $"Serving on {http.Address}");
        if (http is null)
        {
            log.TakeStandardStreams(keepInput: options.Owned);
        }

        claim.OpenGate();

        // The host is ready when the thread pool has a thread for this callback and the pipelines can be listed.
        manager?.Ready(() => _ = app.Services.GetRequiredService<PipelineRegistry>().All);

        var logger = app.Services.GetRequiredService<ILogger<SupervisorRun>>();
        LogStarted(logger, options.Socket, options.Home);

        // So that the first pipeline does not wait for NVML to initialize.
        GpuReading.TakeAsync(app.Services.GetRequiredService<IGpuMonitor>(), CancellationToken.None).Detach(exception => LogGpusNotRead(logger, exception));
        app.Services.GetRequiredService<StandbyPool>().Start();
        http?.Reload(reload);
        var reason = await stop.Requested;
        LogEnding(logger, reason);
        manager?.Stopping();
        await claim.CloseGateAsync(time); // Before anybody is refused, who will then come back with another supervisor.
        var standby = app.Services.GetRequiredService<StandbyPool>().StopAsync();
        http?.StopLoading();
        await DrainAsync(app.Services, stop, serve is null ? options.DrainTimeout : serve.DrainTimeout ?? ServeDrainTimeout, logger);
        app.Services.GetRequiredService<DrainEnd>().Come();
        await EndAsync(app, http, standby, logger);
        File.Delete(options.Socket);
        if (Path.GetFileName(options.Socket).StartsWith(OwnPlacePrefix, StringComparison.Ordinal))
        {
            File.Delete(options.LogFile); // Nobody will use this socket again.
        }
    }

    private static LogFormat FormatOf(ServeOptions? serve) =>
        serve?.LogFormat == JsonLogFormat ? LogFormat.Json
        : SystemdJournal.Has(Environment.GetEnvironmentVariable(SystemdJournal.Variable), StandardError) ? LogFormat.Journal
        : LogFormat.Text;

    /// <summary>
    /// Waits for the claim to the socket, which a leaving supervisor may hold for a while, or for a stop. The thread that waits makes no file but the log:
    /// what it did after a stop, nobody would remove.
    /// </summary>
    private async Task<SocketClaim?> ClaimAsync(StopSignal stop)
    {
        var gate = Task.Factory.StartNew(
            () => SocketClaim.WaitForGate(options), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(gate, stop.Requested);
        return stop.Requested.IsCompleted ? null : SocketClaim.TryTake(options, await gate);
    }

    /// <summary>Drains: refuses new requests and waits for running ones until they end, the timeout passes or a second stop is requested.</summary>
    private async Task DrainAsync(IServiceProvider services, StopSignal stop, TimeSpan timeout, ILogger logger)
    {
        var gate = services.GetRequiredService<RequestGate>();
        var drained = gate.CloseAsync();
        var over = Task.WhenAny(drained, stop.Hurried);
        if (stop.IsPatient)
        {
            await over;
        }
        else
        {
            await over.CompletesWithinAsync(timeout, time);
        }

        if (!drained.IsCompleted)
        {
            LogRequestsLeft(logger, gate.Running);
        }
    }

    /// <summary>
    /// Ends pipelines before servers: the end of a pipeline is what requests that still run are told, over HTTP and over gRPC. These have all the time that
    /// pipelines leave of the shutdown timeout, so that the last message of a slow reader is not cut off.
    /// </summary>
    private async Task EndAsync(WebApplication app, HttpServer? http, Task standby, ILogger logger)
    {
        var began = time.GetTimestamp();
        var left = options.ShutdownTimeout;
        var servers = TimeSpan.FromTicks(Math.Clamp(left.Ticks / 4, ShortestCallsTimeout.Ticks, LongestCallsTimeout.Ticks));
        var registry = app.Services.GetRequiredService<PipelineRegistry>();
        if (!await Task.WhenAll(registry.CloseAsync(StopReason.Shutdown), standby).CompletesWithinAsync(left - (2 * servers), time))
        {
            var count = registry.All.Count;
            LogPipelinesLeft(logger, count);
        }

        // The servers close their connections without flushing the last messages of calls, so wait for these first.
        await app.Services.GetRequiredService<CallGauge>().DrainAsync().CompletesWithinAsync(left - servers - time.GetElapsedTime(began), time);
        using var deadline = new CancellationTokenSource(servers, time);
        await Task.WhenAll(http?.StopAsync(deadline.Token) ?? Task.CompletedTask, app.StopAsync(deadline.Token));
    }

    [LoggerMessage(
        EventIds.SupervisorStarted, LogLevel.Information, "Listening on {Socket}; the programs are in {Home}",
        EventName = nameof(EventIds.SupervisorStarted))]
    private static partial void LogStarted(ILogger logger, string socket, string home);

    [LoggerMessage(EventIds.SupervisorEnding, LogLevel.Information, "Stopping: {Reason}", EventName = nameof(EventIds.SupervisorEnding))]
    private static partial void LogEnding(ILogger logger, string reason);

    [LoggerMessage(EventIds.RequestsLeft, LogLevel.Warning, "The drain ended with {Count} requests still running", EventName = nameof(EventIds.RequestsLeft))]
    private static partial void LogRequestsLeft(ILogger logger, int count);

    [LoggerMessage(EventIds.PipelinesLeft, LogLevel.Error, "{Count} pipelines had not ended in time", EventName = nameof(EventIds.PipelinesLeft))]
    private static partial void LogPipelinesLeft(ILogger logger, int count);

    [LoggerMessage(EventIds.GpusNotRead, LogLevel.Warning, "The GPUs could not be read", EventName = nameof(EventIds.GpusNotRead))]
    private static partial void LogGpusNotRead(ILogger logger, Exception exception);
}
