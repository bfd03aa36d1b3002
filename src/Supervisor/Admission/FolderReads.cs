using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Reads model folders with the load timeout, because a network mount may hang. Thread-safe.</summary>
internal sealed class FolderReads(BlockingReads reads, TimeProvider time)
{
    /// <param name="read">Its token is cancelled when no caller waits any longer.</param>
    /// <exception cref="SupervisorException">The files did not answer in time, or what the read throws.</exception>
    public async Task<T> RunAsync<T>(WorkerSpec spec, Func<CancellationToken, T> read, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(spec.LoadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var token = either.Token;
        try
        {
            return await reads.RunAsync(() => read(token), token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SupervisorException(
                ErrorCodes.LoadTimeout,
                $"The files of {spec.Model} did not answer within {spec.LoadTimeout.TotalSeconds:0.###} s (load_timeout_ms).",
                spec.Model);
        }
    }
}
