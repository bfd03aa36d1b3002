using System.Globalization;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>The device of a pipeline and its memory in use before the worker started.</summary>
/// <param name="Uuid">The device's UUID; empty when it could not be found.</param>
/// <param name="UsedBytes">Bytes in use before.</param>
/// <param name="Unverifiable">Why nothing can be said about this device; null when something can.</param>
internal sealed record DeviceBaseline(string Uuid, long UsedBytes, string? Unverifiable)
{
    /// <summary>Finds the device behind a name like <c>cuda:1</c>.</summary>
    /// <param name="device">What the worker calls it: a number among the devices that it sees.</param>
    /// <param name="visible">The worker's <c>CUDA_VISIBLE_DEVICES</c>: numbers in PCI bus order or UUIDs; null for all devices.</param>
    /// <param name="before">The reading from before the worker started.</param>
    public static DeviceBaseline Resolve(string device, string? visible, GpuReading before)
    {
        if (before.Unavailable is { } reason)
        {
            return new DeviceBaseline("", 0, reason);
        }

        var colon = device.IndexOf(':', StringComparison.Ordinal);
        var ordinal = colon < 0 ? 0 : int.Parse(device.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        var names = visible?.Split(',', StringSplitOptions.TrimEntries);
        if (names is not null && ordinal >= names.Length)
        {
            return new DeviceBaseline("", 0, $"{device} is none of CUDA_VISIBLE_DEVICES={visible}");
        }

        var name = names is null ? ordinal.ToString(CultureInfo.InvariantCulture) : names[ordinal];
        var found = before.Devices.FirstOrDefault(gpu => gpu.IsCalled(name));
        return found is null
            ? new DeviceBaseline("", 0, $"NVML knows no device {name}; the parts of a divided GPU (MIG) are not told apart")
            : new DeviceBaseline(found.Uuid, found.UsedBytes, null);
    }
}
