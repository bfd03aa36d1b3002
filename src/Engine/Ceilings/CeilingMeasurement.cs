using System.Diagnostics;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Words;
using TorchSharp;

namespace LmDeploy.Engine.Ceilings;

/// <summary>Measures the hardware limits of a device (memory bandwidth, matrix products), which bound every figure of a model on it.</summary>
internal static class CeilingMeasurement
{
    /// <summary>On the GPU where there is one, else on the CPU with all its cores.</summary>
    public static V1.Ceilings Run()
    {
        if (!torch.cuda.is_available())
        {
            torch.set_num_threads(Environment.ProcessorCount);
            return Run(torch.CPU, CeilingSizes.Cpu);
        }

        var device = new torch.Device(DeviceType.CUDA, 0);

        // The driver answers a thread that has a context, and the first tensor gives it one.
        using var first = torch.zeros(1, device: device);
        return Run(device, CeilingSizes.Cuda(CudaDriver.FreeBytes() ?? 1L << 30));
    }

    public static V1.Ceilings Run(torch.Device device, CeilingSizes sizes)
    {
        using var noGrad = torch.no_grad();
        var isCuda = device.type == DeviceType.CUDA;
        var dtype = isCuda ? torch.bfloat16 : torch.float32;
        return new V1.Ceilings
        {
            Device = isCuda ? $"cuda:{device.index}" : "cpu",
            Libtorch = TorchShim.Version,
            MemoryBytesPerSecond = Copy(device, sizes),
            HostToDeviceBytesPerSecond = isCuda ? CopyIn(device, sizes) : 0,
            ProductFlops = Multiply(device, dtype, sizes),
            ProductDtype = EnumWords.To<V1.EngineDtype>(dtype),
        };
    }

    /// <summary>Each byte is read and written.</summary>
    private static double Copy(torch.Device device, CeilingSizes sizes)
    {
        using var scope = torch.NewDisposeScope();
        var (source, target) = (Bytes(sizes).to(device), Bytes(sizes).to(device));
        return 2 * sizes.CopyBytes / Seconds(device, sizes, () => target.copy_(source));
    }

    private static double CopyIn(torch.Device device, CeilingSizes sizes)
    {
        using var scope = torch.NewDisposeScope();
        var (source, target) = (Bytes(sizes).pin_memory(), Bytes(sizes).to(device));
        return sizes.CopyBytes / Seconds(device, sizes, () => target.copy_(source));
    }

    private static double Multiply(torch.Device device, torch.ScalarType dtype, CeilingSizes sizes)
    {
        using var scope = torch.NewDisposeScope();

        // Random numbers: a GPU multiplies zeros faster, because switching fewer bits takes less power.
        var left = torch.randn(sizes.Side, sizes.Side, device: device).to(dtype);
        var right = torch.randn(sizes.Side, sizes.Side, device: device).to(dtype);
        return 2.0 * sizes.Side * sizes.Side * sizes.Side / Seconds(device, sizes, () => torch.mm(left, right).Dispose());
    }

    /// <summary>Pages that were written to, so that each has memory of its own.</summary>
    private static torch.Tensor Bytes(CeilingSizes sizes) => torch.ones(sizes.CopyBytes, dtype: torch.uint8);

    /// <summary>The time of one repetition in the fastest round.</summary>
    private static double Seconds(torch.Device device, CeilingSizes sizes, Action work)
    {
        work();
        return Enumerable.Range(0, sizes.Rounds).Min(_ =>
        {
            Settle(device);
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < sizes.Repetitions; i++)
            {
                work();
            }

            Settle(device);
            return Stopwatch.GetElapsedTime(started).TotalSeconds / sizes.Repetitions;
        });
    }

    private static void Settle(torch.Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            torch.cuda.synchronize(device);
        }
    }
}
