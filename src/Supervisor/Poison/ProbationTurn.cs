using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Poison;

/// <summary>The time in which one request, and no other that is under suspicion, may run. Disposing ends it.</summary>
/// <param name="Pipeline">The pipeline of its worker; null when there is none.</param>
/// <param name="Worker">Its worker; null when there is none, and the request has to run beside others.</param>
internal sealed record ProbationTurn(Probation Probation, Pipeline? Pipeline, WorkerInstance? Worker) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Probation.EndTurnAsync();
}
