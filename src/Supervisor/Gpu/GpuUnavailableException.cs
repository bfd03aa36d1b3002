namespace LmDeploy.Supervisor.Gpu;

/// <summary>NVML cannot be asked; the message says why.</summary>
internal sealed class GpuUnavailableException(string message) : Exception(message);
