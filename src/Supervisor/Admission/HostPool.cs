using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Admission;

/// <summary>The host as a device: resident memory within what it, its control group and <c>--host-memory</c> allow.</summary>
internal sealed class HostPool(HostMemory memory, ProcessTable processes, SupervisorOptions options) : IMemoryPool
{
    public string Describe(string device) => "the host";

    public async Task<IReadOnlyList<DeviceReading>?> ReadAsync(Func<string, Task<IReadOnlyList<Promise>>> promises, CancellationToken cancellationToken)
    {
        var given = await promises(DeviceLedgers.Host);
        var held = new Dictionary<ProcessIdentity, long>();
        foreach (var promise in given.Where(promise => promise.Worker.Pid != 0))
        {
            held[promise.Worker] = processes.ReadMemory(promise.Worker).Resident;
        }

        if (memory.Read() is not { } host)
        {
            return null;
        }

        var budget = options.HostMemory ?? long.MaxValue;
        return [new DeviceReading(DeviceLedgers.Host, Math.Min(host.Total, budget), Math.Min(host.Free, budget - held.Values.Sum()), given, held)];
    }
}
