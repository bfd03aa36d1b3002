using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>One supervisor from the claim of its socket to its end.</summary>
internal sealed partial class SupervisorRun(SupervisorOptions options, TimeProvider time)
{
    /// <summary>What is left of the shutdown's time for calls to end once all pipelines have, and for the server to stop.</summary>
    private static readonly TimeSpan CallsTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Runs until something asks for the end. <paramref name="announce"/> gets the one word that the starter waits for.</summary>
    public async Task RunAsync(Action<string> announce)
    {
        PrivateFolder.Ensure(options.Folder);
        using var claim = SocketClaim.TryTake(options);
        if (claim is null)
        {
            announce("already-running");
            return;
        }

        using var log = new SupervisorLog(options.LogFile, time);
        log.Clear();
        File.Delete(options.Socket);
        WorkerFolder.RemoveStale(options.Folder, new ProcessTable());
        await using var app = SupervisorApp.Build(options, log);
        var stop = app.Services.GetRequiredService<StopSignal>();
        using var sources = new StopSources(options, stop);
        await app.Services.GetRequiredService<DeviceLedgers>().RemoveStaleAsync();
        await app.StartAsync();
        announce("ready");
        log.TakeStandardStreams(keepInput: options.Owned);
        claim.OpenGate();

        var logger = app.Services.GetRequiredService<ILogger<SupervisorRun>>();
        LogStarted(logger, options.Socket, options.Home);
        _ = GpuReading.TakeAsync(app.Services.GetRequiredService<IGpuMonitor>(), CancellationToken.None); // So that the first pipeline does not wait for NVML to initialize.
        var reason = await stop.Requested;
        LogEnding(logger, reason);
        await claim.CloseGateAsync(time);
        await EndAsync(app, logger);
        File.Delete(options.Socket);
    }

    private async Task EndAsync(WebApplication app, ILogger logger)
    {
        var registry = app.Services.GetRequiredService<PipelineRegistry>();
        if (!await registry.CloseAsync(StopReason.Shutdown).CompletesWithinAsync(options.ShutdownTimeout - (2 * CallsTimeout), time))
        {
            var left = registry.All.Count;
            LogPipelinesLeft(logger, left);
        }

        // The server closes its connections without looking whether the last words of a call went out.
        await app.Services.GetRequiredService<CallGauge>().DrainAsync().CompletesWithinAsync(CallsTimeout, time);
        using var deadline = new CancellationTokenSource(CallsTimeout, time);
        await app.StopAsync(deadline.Token);
    }

    [LoggerMessage(EventId = 40, EventName = "SupervisorStarted", Level = LogLevel.Information, Message = "Listening on {Socket}; workers come from {Home}")]
    private static partial void LogStarted(ILogger logger, string socket, string home);

    [LoggerMessage(EventId = 41, EventName = "SupervisorEnding", Level = LogLevel.Information, Message = "Ending: {Reason}")]
    private static partial void LogEnding(ILogger logger, string reason);

    [LoggerMessage(EventId = 42, EventName = "PipelinesLeft", Level = LogLevel.Error, Message = "{Count} pipelines had not ended in time")]
    private static partial void LogPipelinesLeft(ILogger logger, int count);
}
