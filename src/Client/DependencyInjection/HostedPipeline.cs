using LmDeploy.Words;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LmDeploy.DependencyInjection;

/// <summary>A pipeline of a host, from before it is loaded until after it is closed. Thread-safe.</summary>
#pragma warning disable CA1001 // The token source has no timer, and loads that end may still look at it: it is left to the collector.
internal sealed partial class HostedPipeline(string name, IServiceProvider services, ILogger<HostedPipeline> logger) : IDisposable, IAsyncDisposable
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closing = new();
    private Task<Pipeline>? _loading;
    private Task? _closed;

    public string Name => name;

    /// <summary>The pipeline, while it is loaded.</summary>
    public Pipeline? Loaded => _closed is null && Volatile.Read(ref _loading) is { IsCompletedSuccessfully: true } loading ? loading.Result : null;

    /// <summary>Why the last load failed; null when none did.</summary>
    public Exception? Failure => Volatile.Read(ref _loading)?.Exception?.InnerException;

    /// <summary>Whether its first use loads it.</summary>
    public bool IsLoadedByUse => !services.GetRequiredService<IOptions<LmDeployClientOptions>>().Value.LoadAtStart;

    /// <summary>The pipeline for somebody who uses it.</summary>
    /// <exception cref="InvalidOperationException">The host has not loaded it yet.</exception>
    public Task<Pipeline> GetAsync(CancellationToken cancellationToken)
        => Loaded is { } loaded ? Task.FromResult(loaded)
        : IsLoadedByUse || _closed is not null || Failure is not null ? LoadAsync(cancellationToken)
        : throw new InvalidOperationException(
            $"The pipeline \"{name}\" is not loaded yet: that happens while the host starts, before its services do. Use it from then on, or set "
            + $"{SettingsSection.Root}:{nameof(LmDeployClientOptions.LoadAtStart)} to false to have it loaded by its first use.");

    /// <summary>Loads it, or joins a load that runs. A load that failed can be tried again.</summary>
    /// <param name="cancellationToken">Ends the waiting; <see cref="CloseAsync()"/> ends the load.</param>
    public Task<Pipeline> LoadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_closed is not null)
            {
                throw new ObjectDisposedException(nameof(Pipeline), $"The pipeline \"{name}\" was closed with its host.");
            }

            if (_loading is null or { IsFaulted: true })
            {
                Volatile.Write(ref _loading, Task.Run(CreateAsync, CancellationToken.None));
            }

            return _loading.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends a load that runs, or closes the pipeline and logs the receipt. Doing it again waits for the first.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            return _closed ??= Task.Run(() => CloseAsync(_loading));
        }
    }

    public void Dispose() => CloseAsync().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async Task<Pipeline> CreateAsync()
    {
        var options = services.GetRequiredService<IOptionsMonitor<LmDeployPipelineOptions>>().Get(name);
        LogLoading(name, options.Model);
        var pipeline = await Pipeline.CreateAsync(
            options.Model,
            options.Engine with { Name = options.Engine.Name ?? name },
            services.GetRequiredService<Supervisor>(),
            cancellationToken: _closing.Token).ConfigureAwait(false);
        LogLoaded(name, pipeline.LoadTime.TotalSeconds, pipeline.WorkerPid);
        return pipeline;
    }

    private async Task CloseAsync(Task<Pipeline>? loading)
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        try
        {
            if (loading is not null)
            {
                var receipt = await (await loading.ConfigureAwait(false)).CloseAsync().ConfigureAwait(false);
                var memory = EnumWords.Of(receipt.Memory);
                LogClosed(name, receipt.Verdict, receipt.ReclaimedBytes, receipt.ResidualBytes, memory, receipt.ReclaimTime.TotalMilliseconds, receipt.Reason);
            }
        }
        catch (Exception e) when (e is LmDeployException or OperationCanceledException or OptionsValidationException)
        {
            // It was never loaded: whoever asked for it knows why, and nothing of it is left.
        }
    }

    [LoggerMessage(EventId = 1, EventName = "PipelineLoading", Level = LogLevel.Information, Message = "Loading pipeline {Pipeline} from {Model}")]
    private partial void LogLoading(string pipeline, string model);

    [LoggerMessage(
        EventId = 2,
        EventName = "PipelineLoaded",
        Level = LogLevel.Information,
        Message = "Pipeline {Pipeline} is ready after {Seconds:0.00} s in process {WorkerPid}")]
    private partial void LogLoaded(string pipeline, double seconds, int workerPid);

    [LoggerMessage(
        EventId = 3,
        EventName = "PipelineClosed",
        Level = LogLevel.Information,
        Message = "Pipeline {Pipeline} is closed, {Verdict}: {ReclaimedBytes} bytes of {Memory} back, {ResidualBytes} left, {Milliseconds:0} ms {Reason}")]
    private partial void LogClosed(
        string pipeline, ReclaimVerdict verdict, long reclaimedBytes, long residualBytes, string memory, double milliseconds, string reason);
}
