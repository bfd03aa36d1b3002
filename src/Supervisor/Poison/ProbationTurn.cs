using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Poison;

/// <summary>The turn of one suspected request. Disposing ends it.</summary>
/// <param name="Source">Where its worker is from; null when none could be opened.</param>
/// <param name="Worker">Its worker; null when there is none, and the request has to run beside others.</param>
internal sealed record ProbationTurn(Probation Probation, IWorkerSource? Source, WorkerInstance? Worker) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Probation.EndTurnAsync();
}
