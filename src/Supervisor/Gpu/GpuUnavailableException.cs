namespace LmDeploy.Supervisor.Gpu;

/// <summary>NVML cannot be asked; the message says why.</summary>
/// <param name="isAbsent">Whether it is not installed, so that there is no GPU to speak of.</param>
internal sealed class GpuUnavailableException(string message, bool isAbsent = false) : Exception(message)
{
    public bool IsAbsent => isAbsent;
}
