using LmDeploy.Supervisor.Admission;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Gives reservations back as if their pipelines were unloaded.</summary>
internal sealed class FakeEvictor : IEvictor
{
    /// <summary>Least recently used first.</summary>
    public List<Reservation> Idle { get; } = [];

    public List<string> Evicted { get; } = [];

    public IReadOnlyList<string> FindIdle() => [.. Idle.Select(reservation => reservation.Pipeline)];

    public async Task<bool> TryEvictAsync(string pipeline)
    {
        var reservation = Idle.Single(one => one.Pipeline == pipeline);
        Idle.Remove(reservation);
        Evicted.Add(reservation.Name);
        await reservation.DisposeAsync();
        return true;
    }
}
