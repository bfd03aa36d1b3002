using Grpc.Core;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Inspection;

/// <summary>
/// Asks a worker without a model, which is started for the call and stopped after it. These workers have no memory promise, so at most
/// <see cref="Most"/> of them run. Thread-safe.
/// </summary>
internal sealed class BareWorker(WorkerLauncher launcher, WorkerStopper stopper, FailureReporter failures) : IDisposable
{
    private const int Most = 2;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turns = new(Most);

    /// <exception cref="Errors.SupervisorException">It cannot be started.</exception>
    /// <exception cref="RpcException">It fails to answer.</exception>
    public async Task<T> AskAsync<T>(Func<IWorkerConnection, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await AskOneAsync(ask, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T> AskOneAsync<T>(Func<IWorkerConnection, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        var worker = await launcher.SpawnAsync(visibleDevices: null, cancellationToken);
        try
        {
            await launcher.ConnectAsync(worker, cancellationToken);
            return await ask(worker.Connection!);
        }
        catch (WorkerStartException)
        {
            throw await failures.ReportStartAsync(worker);
        }
        finally
        {
            await stopper.StopAsync(worker.Process, Grace, crashed: false);
            await worker.DisposeAsync();
        }
    }
}
