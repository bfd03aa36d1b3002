using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Devices with memory that the test sets and no worker holds.</summary>
internal sealed class FakePool : IMemoryPool
{
    /// <summary>The free bytes of each device; null when nothing can be read.</summary>
    public Dictionary<string, long>? Free { get; set; } = new() { ["host"] = 1000 };

    /// <summary>The bytes of each device in all.</summary>
    public long Total { get; set; } = 1000;

    public int Readings { get; private set; }

    public string Describe(string device) => $"device {device}";

    public async Task<IReadOnlyList<DeviceReading>?> ReadAsync(Func<string, Task<IReadOnlyList<Promise>>> promises, CancellationToken cancellationToken)
    {
        Readings++;
        if (Free is null)
        {
            return null;
        }

        var devices = new List<DeviceReading>();
        foreach (var (device, free) in Free)
        {
            devices.Add(new DeviceReading(device, Total, free, await promises(device), new Dictionary<ProcessIdentity, long>()));
        }

        return devices;
    }
}
