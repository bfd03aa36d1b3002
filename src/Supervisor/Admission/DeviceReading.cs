using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// The memory of one device at one moment. What workers hold was read before what is free: memory that moved in between then counts
/// twice, which may make somebody wait, and never not at all, which would promise it twice.
/// </summary>
/// <param name="Device">The GPU's UUID; <see cref="DeviceLedgers.Host"/> for the host.</param>
/// <param name="Total">All that workers could ever take.</param>
/// <param name="Free">What nobody holds.</param>
/// <param name="Promises">What was promised before, by all supervisors of this user.</param>
/// <param name="Held">What those workers held of it; one that is not here holds nothing.</param>
internal sealed record DeviceReading(
    string Device, long Total, long Free, IReadOnlyList<Promise> Promises, IReadOnlyDictionary<ProcessIdentity, long> Held)
{
    /// <summary>What is free and promised to nobody; below 0 when more was promised than there is now.</summary>
    public long Promisable => FreeBeside(Promises);

    /// <summary>What there is more when a worker is ended.</summary>
    public long GainOf(Reservation reservation) =>
        Promises.FirstOrDefault(promise => promise.Owner == reservation.Promise?.Owner && promise.Number == reservation.Promise.Number) is { } promise
            ? Math.Max(promise.Bytes, HeldBy(promise.Worker))
            : 0;

    /// <summary>Whether it failed a worker not long ago, so that any other is better.</summary>
    public bool IsAvoided { get; init; }

    public long HeldBy(ProcessIdentity worker) => Held.GetValueOrDefault(worker);

    /// <summary>As <see cref="Promisable"/>, with promises that were read later than this.</summary>
    public long FreeBeside(IEnumerable<Promise> promises) => Free - promises.Sum(promise => Math.Max(0, promise.Bytes - HeldBy(promise.Worker)));
}
