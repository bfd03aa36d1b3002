using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>Finds out why a call to a worker broke.</summary>
internal sealed class CallFailures(SupervisorOptions options, TimeProvider time)
{
    /// <summary>
    /// The cause of a broken call: the worker's own error, or its crash once that is diagnosed (<see cref="WorkerInstance.Crash"/>), or the end of
    /// its pipeline.
    /// </summary>
    public async Task<SupervisorException> ExplainAsync(IWorkerSource source, WorkerInstance worker, Exception exception)
    {
        var typed = exception is RpcException call ? SupervisorException.From(call) : null;
        if (typed is not null && !IsFarewell(typed.Error))
        {
            return typed;
        }

        var known = Task.WhenAny(source.Ended, worker.Crash.Task);
        return await known.CompletesWithinAsync(options.CauseTimeout + options.CauseTimeout, time)
            ? await await known
            : typed ?? new SupervisorException(
                ErrorCodes.EngineUnavailable, $"The call to the worker of {source.Name} broke: {exception.Message}", source.Name);
    }

    /// <summary>A worker that leaves cancels what it runs, which nobody here asked for.</summary>
    private static bool IsFarewell(Error error) => error.Code is ErrorCodes.EngineUnavailable or ErrorCodes.RequestCancelled;
}
