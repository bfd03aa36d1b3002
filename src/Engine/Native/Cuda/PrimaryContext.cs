namespace LmDeploy.Engine.Native.Cuda;

/// <summary>Makes a device's primary context, which is libtorch's too, the current one of a thread. That thread disposes it.</summary>
internal sealed class PrimaryContext : IDisposable
{
    private readonly int _device;

    /// <param name="ordinal">The number of the device among those that the process sees.</param>
    public PrimaryContext(int ordinal)
    {
        CudaDriver.Check(CudaDriver.DeviceGet(out _device, ordinal), "cuDeviceGet");
        CudaDriver.Check(CudaDriver.PrimaryContextRetain(out var context, _device), "cuDevicePrimaryCtxRetain");
        var result = CudaDriver.ContextSetCurrent(context);
        if (result != 0)
        {
            _ = CudaDriver.PrimaryContextRelease(_device);
            CudaDriver.Check(result, "cuCtxSetCurrent");
        }
    }

    public void Dispose()
    {
        _ = CudaDriver.ContextSetCurrent(0);
        _ = CudaDriver.PrimaryContextRelease(_device);
    }
}
