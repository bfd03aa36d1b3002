using System.Collections.Concurrent;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>All pipelines that have not ended completely, quarantined ones included. Thread-safe.</summary>
internal sealed partial class PipelineRegistry(
    PipelineStarter starter, Reclaimer reclaimer, FailureReporter failures, ReceiptHistory receipts, TimeProvider time, ILogger<Pipeline> logger)
{
    private readonly ConcurrentDictionary<string, Pipeline> _byKey = new();
    private readonly Lock _gate = new();
    private bool _isClosed;

    public int Count => _byKey.Count;

    public IReadOnlyList<Pipeline> All => [.. _byKey.Values.OrderByDescending(pipeline => pipeline.Age)];

    /// <summary>Opens a pipeline, which begins to start at once and is forgotten when nothing is left of it.</summary>
    /// <exception cref="SupervisorException">The supervisor ends.</exception>
    public Pipeline Open(PipelineSpec spec)
    {
        var pipeline = new Pipeline(spec, starter, reclaimer, failures, Open, time, logger);
        lock (_gate)
        {
            if (_isClosed)
            {
                pipeline.Dispose();
                throw new SupervisorException(ErrorCodes.SupervisorUnavailable, "The supervisor is stopping. Connect again to get another supervisor.");
            }

            _byKey[spec.Key] = pipeline;
        }

        RunAsync(pipeline).Detach(exception => LogRunFailed(pipeline.Spec.Id, pipeline.Spec.Name, exception));
        return pipeline;
    }

    /// <exception cref="SupervisorException">No pipeline has this key.</exception>
    public Pipeline FindByKey(string key) => _byKey.TryGetValue(key, out var pipeline)
        ? pipeline
        : throw new SupervisorException(
            ErrorCodes.PipelineNotFound, "No pipeline has this key: it was disposed, stopped or failed, or another supervisor runs it.");

    /// <summary>Finds a pipeline by its id, or by its name when only one has it.</summary>
    /// <param name="isSeen">Which pipelines the caller knows of.</param>
    /// <exception cref="SupervisorException">None is called so, or several are.</exception>
    public Pipeline Find(string idOrName, Func<PipelineSpec, bool> isSeen)
    {
        IReadOnlyList<Pipeline> pipelines = [.. All.Where(pipeline => isSeen(pipeline.Spec))];
        if (pipelines.FirstOrDefault(pipeline => pipeline.Spec.Id == idOrName) is { } byId)
        {
            return byId;
        }

        var named = pipelines.Where(pipeline => pipeline.Spec.Name == idOrName).ToList();
        return named switch
        {
            [var only] => only,
            [] => throw new SupervisorException(ErrorCodes.PipelineNotFound, $"No pipeline is called '{idOrName}'.", idOrName),
            _ => throw new SupervisorException(
                ErrorCodes.InvalidRequest,
                $"{named.Count} pipelines are called '{idOrName}'; name one by its id: {string.Join(", ", named.Select(pipeline => pipeline.Spec.Id))}.",
                idOrName),
        };
    }

    /// <summary>Stops all pipelines at once, opens no more, and returns when all have ended.</summary>
    public async Task CloseAsync(StopReason reason)
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        var pipelines = All;
        foreach (var pipeline in pipelines)
        {
            pipeline.Stop(reason);
        }

        Task ended = Task.WhenAll(pipelines.Select(pipeline => pipeline.Completion));
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(Pipeline pipeline)
    {
        try
        {
            await pipeline.RunAsync();
        }
        finally
        {
            _byKey.TryRemove(pipeline.Spec.Key, out _);
        }

        receipts.Add(pipeline.Spec, (await pipeline.Completion).Receipt);
        pipeline.Dispose();
    }

    [LoggerMessage(EventIds.PipelineRunFailed, LogLevel.Error, "pipeline {Id} ({Name}) failed unexpectedly", EventName = nameof(EventIds.PipelineRunFailed))]
    private partial void LogRunFailed(string id, string name, Exception exception);
}
