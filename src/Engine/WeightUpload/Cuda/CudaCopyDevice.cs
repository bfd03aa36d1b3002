using LmDeploy.Engine.Native.Cuda;

namespace LmDeploy.Engine.WeightUpload.Cuda;

/// <summary>The memory of a GPU.</summary>
/// <param name="ordinal">The number of the device among those that the process sees.</param>
internal sealed class CudaCopyDevice(int ordinal) : ICopyDevice
{
    private const nint DefaultStream = 0;

    /// <summary>Synchronizes the default stream: libtorch reuses memory while that stream may still use it, and lanes do not wait for that stream.</summary>
    public void AwaitMemory() => CudaDriver.Check(CudaDriver.StreamSynchronize(DefaultStream), "cuStreamSynchronize");

    public ICopyLane OpenLane() => new CudaCopyLane(ordinal);
}
