using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>Compares every kernel with its twin, on a device and for several shapes.</summary>
internal static class KernelSelfTest
{
    /// <exception cref="InvalidOperationException">The kernels do not compile, or libtorch refuses something.</exception>
    /// <exception cref="CudaException">The driver refuses something.</exception>
    public static IReadOnlyList<KernelCheck> Run(torch.Device device)
    {
        using var noGrad = torch.no_grad();

        // The driver answers a thread that has a context, and the first tensor gives it one.
        using var first = torch.zeros(1, device: device);
        using var stream = new CudaStream();
        var checks = new List<KernelCheck>();
        foreach (var sizes in CheckShapes.All)
        {
            using var kernels = new DecoderKernels(sizes, new KernelCompiler(KernelCompiler.DefaultCacheFolder), stream);
            checks.AddRange(new KernelComparison(new DeviceKernels(kernels, stream), device).Run()
                .Select(found => new KernelCheck(found.Kernel, CheckShapes.Name(sizes), found.Difference, CheckShapes.Tolerance(sizes.Dtype))));
        }

        return checks;
    }
}
