using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Admission control: lets a pipeline start when there is memory for it. Thread-safe.</summary>
internal interface IAdmission
{
    /// <summary>Chooses a device and promises the memory there, waiting for it up to <see cref="WorkerSpec.AdmissionTimeout"/>.</summary>
    /// <param name="onWaiting">Called at most once, when it does not go at once.</param>
    /// <exception cref="SupervisorException">Code <c>insufficient_memory</c>: it was not there in time, or never will be.</exception>
    Task<Reservation> AcquireAsync(WorkerSpec spec, Action onWaiting, CancellationToken cancellationToken);

    /// <summary>Previews <see cref="AcquireAsync"/> without promising anything.</summary>
    /// <exception cref="SupervisorException">The folder cannot be served.</exception>
    Task<MemoryPreview> PreviewAsync(WorkerSpec spec, CancellationToken cancellationToken);

    /// <summary>
    /// Avoids a device for some minutes, because it failed a worker in a way that the next one may meet too. The device is used when there is no
    /// other.
    /// </summary>
    /// <param name="device">As <see cref="Reservation.Device"/>.</param>
    void Avoid(string device);
}
