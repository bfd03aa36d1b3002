using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>Makes one attempt at a suspect request in a worker on probation, and says whether the request killed that one too.</summary>
internal sealed class Trial(Pipeline pipeline, RequestScope scope, CallFailures failures)
{
    /// <summary>
    /// Waits for the request's turn and makes the attempt. Without room for a worker on probation it is made in the worker that serves the others.
    /// </summary>
    /// <param name="attempt">What the worker is asked for.</param>
    /// <param name="isAccusedOf">Whether the death of a worker that others use too may be this request's fault.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>The death that the request is guilty of; null when the attempt succeeded, or the worker died of something else.</returns>
    /// <exception cref="SupervisorException">The pipeline ends, or the attempt failed and its worker lives.</exception>
    public async Task<SupervisorException?> RunAsync(
        Func<WorkerInstance, Task> attempt, Func<WorkerFailure, bool> isAccusedOf, CancellationToken cancellationToken)
    {
        await using var turn = await pipeline.Probation.TakeTurnAsync(cancellationToken);
        var worker = turn.Worker ?? await scope.WorkerAsync(cancellationToken);
        try
        {
            await attempt(worker);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var cause = await failures.ExplainAsync(turn.Source ?? pipeline, worker, exception);
            if (pipeline.Ended.IsCompleted)
            {
                throw await pipeline.Ended;
            }

            if (!worker.Crash.Task.IsCompleted)
            {
                throw cause;
            }

            var isGuilty = cause.Error.Failure is { } failure && (turn.Worker is null ? isAccusedOf(failure) : Blame.SuspectsRequests(failure));
            return isGuilty ? cause : null;
        }
    }
}
