namespace LmDeploy.Supervisor.Gpu;

/// <summary>One reading of all devices' memory, or why there is none.</summary>
internal sealed record GpuReading(IReadOnlyList<GpuMemory> Devices, string? Unavailable)
{
    /// <summary>Never fails: what NVML has against it is in the reading.</summary>
    public static async Task<GpuReading> TakeAsync(IGpuMonitor gpus, CancellationToken cancellationToken)
    {
        try
        {
            return new GpuReading(await gpus.ReadMemoryAsync(cancellationToken), null);
        }
        catch (GpuUnavailableException exception)
        {
            return new GpuReading([], exception.Message);
        }
    }

    /// <summary>Bytes in use on one device; null when this reading does not say.</summary>
    public long? UsedOn(string uuid) => Devices.FirstOrDefault(device => device.Uuid == uuid)?.UsedBytes;
}
