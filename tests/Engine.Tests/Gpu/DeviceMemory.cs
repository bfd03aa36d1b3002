using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Scheduling;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>The memory of a device.</summary>
internal static class DeviceMemory
{
    /// <summary>libtorch takes memory from the driver in pieces of up to 20 MiB for small tensors; one more may be in use or not.</summary>
    public const long Piece = 20 << 20;

    /// <summary>What libtorch keeps for cuBLAS for each stream that ever multiplied, on a device of compute capability 9.</summary>
    public const long Workspace = 32 << 20;

    /// <summary>More bytes than any device has.</summary>
    private const long TooMuch = 1L << 48;

    /// <summary>Asks libtorch for more than the device has. Its allocator gives back all that it kept before it refuses.</summary>
    /// <exception cref="Exception">Memory is short, in the words of libtorch.</exception>
    public static void AskForTooMuch(torch.Device device) => torch.empty([TooMuch], dtype: torch.int8, device: device).Dispose();

    /// <summary>Free bytes as the driver says, without what libtorch keeps for later; of no account on a CPU.</summary>
    public static long FreeBytes(string device)
    {
        if (device != "cuda")
        {
            return 0;
        }

        StepFailure.IsOutOfMemory(Should.Throw<Exception>(() => AskForTooMuch(GpuHost.Device))).ShouldBeTrue();

        // On a thread of its own: the context of this one stays as it is.
        long? free = null;
        var thread = new Thread(() =>
        {
            using var context = new PrimaryContext(0);
            free = CudaDriver.FreeBytes();
        });
        thread.Start();
        thread.Join();
        return free.ShouldNotBeNull();
    }
}
