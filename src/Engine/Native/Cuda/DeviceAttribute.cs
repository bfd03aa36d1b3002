namespace LmDeploy.Engine.Native.Cuda;

/// <summary><c>CUdevice_attribute</c> of cuda.h, as far as it is asked for.</summary>
internal enum DeviceAttribute
{
    WarpSize = 10,
    MultiprocessorCount = 16,
    MaxThreadsPerMultiprocessor = 39,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
}
