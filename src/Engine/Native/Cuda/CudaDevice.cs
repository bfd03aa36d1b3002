namespace LmDeploy.Engine.Native.Cuda;

/// <summary>What kernels and their launches depend on of a device.</summary>
/// <param name="Capability">The compute capability, for example 90 for 9.0.</param>
/// <param name="ThreadsPerMultiprocessor">The most that are resident on one multiprocessor at a time.</param>
internal sealed record CudaDevice(int Capability, int Multiprocessors, int ThreadsPerMultiprocessor, int WarpSize)
{
    /// <summary>Warps that the whole device has room for at a time: 132 * 64 on an H200.</summary>
    public int ResidentWarps => Multiprocessors * (ThreadsPerMultiprocessor / WarpSize);

    /// <summary>Resident blocks of the whole device for a block size, as far as threads limit them: 132 * 16 blocks of 128 threads on an H200.</summary>
    public int ResidentBlocks(int threads) => Multiprocessors * (ThreadsPerMultiprocessor / threads);

    /// <summary>The device of the current context.</summary>
    /// <exception cref="CudaException">There is no context.</exception>
    public static CudaDevice Current() => new(
        (10 * CudaDriver.Attribute(DeviceAttribute.ComputeCapabilityMajor)) + CudaDriver.Attribute(DeviceAttribute.ComputeCapabilityMinor),
        CudaDriver.Attribute(DeviceAttribute.MultiprocessorCount),
        CudaDriver.Attribute(DeviceAttribute.MaxThreadsPerMultiprocessor),
        CudaDriver.Attribute(DeviceAttribute.WarpSize));
}
