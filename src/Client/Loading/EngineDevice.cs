namespace LmDeploy;

/// <summary>Where a model runs.</summary>
public enum EngineDevice
{
    /// <summary>CUDA where a device is found, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>One NVIDIA GPU.</summary>
    Cuda,
}
