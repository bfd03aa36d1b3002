namespace LmDeploy.Supervisor.Gpu;

/// <summary>How much of one device's memory is in use, by whomever.</summary>
/// <param name="Index">The device's place in PCI bus order.</param>
/// <param name="Uuid">The device's UUID, <c>GPU-...</c>.</param>
internal sealed record GpuMemory(int Index, string Uuid, long UsedBytes);
