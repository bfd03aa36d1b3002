using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// A reading of one device's memory. Held memory is read before free memory. Memory that moves in between is counted twice, which can delay an
/// admission but never promises memory twice.
/// </summary>
/// <param name="Device">The GPU's UUID; <see cref="DeviceLedgers.Host"/> for the host.</param>
/// <param name="Total">The most that workers could take.</param>
/// <param name="Free">Memory that no process holds.</param>
/// <param name="Promises">The promises of all supervisors of this user.</param>
/// <param name="Held">The memory that workers with a promise hold; a worker that is missing holds nothing.</param>
internal sealed record DeviceReading(
    string Device, long Total, long Free, IReadOnlyList<Promise> Promises, IReadOnlyDictionary<ProcessIdentity, long> Held)
{
    /// <summary>Free memory without a promise; negative when more was promised than there is now.</summary>
    public long Promisable => FreeBeside(Promises);

    /// <summary>The memory that ending a worker would make promisable.</summary>
    public long GainOf(Reservation reservation) =>
        Promises.FirstOrDefault(promise => promise.Owner == reservation.Promise?.Owner && promise.Number == reservation.Promise.Number) is { } promise
            ? Math.Max(promise.Bytes, HeldBy(promise.Worker))
            : 0;

    /// <summary>Whether the device failed a worker recently, so that any other device is preferred.</summary>
    public bool IsAvoided { get; init; }

    public long HeldBy(ProcessIdentity worker) => Held.GetValueOrDefault(worker);

    /// <summary>As <see cref="Promisable"/>, with promises that were read later than this.</summary>
    public long FreeBeside(IEnumerable<Promise> promises) => Free - promises.Sum(promise => Math.Max(0, promise.Bytes - HeldBy(promise.Worker)));
}
