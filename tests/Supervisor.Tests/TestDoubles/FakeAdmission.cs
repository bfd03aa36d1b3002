using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Memory for everybody, as where nobody can look at it.</summary>
internal sealed class FakeAdmission : IAdmission
{
    public Task<Reservation> AcquireAsync(WorkerSpec spec, Action onWaiting, CancellationToken cancellationToken) =>
        Task.FromResult(new Reservation(spec.Id, spec.Name));

    public Task<MemoryPreview> PreviewAsync(WorkerSpec spec, CancellationToken cancellationToken) =>
        Task.FromResult(new MemoryPreview(OnGpu: false, new MemoryFit(), Shortage: null));

    public void Avoid(string device)
    {
    }
}
