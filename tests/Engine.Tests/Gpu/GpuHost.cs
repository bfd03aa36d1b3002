using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>Whether this run tests on a GPU: LMDEPLOY_GPU is set and libtorch finds a CUDA device.</summary>
public static class GpuHost
{
    public const string Category = "Gpu";

    /// <summary>Why a test was skipped.</summary>
    public const string Missing = "needs LMDEPLOY_GPU=1, a CUDA device and a libtorch with CUDA";

    private static readonly Lazy<bool> Found = new(() =>
    {
        if (Environment.GetEnvironmentVariable("LMDEPLOY_GPU") is not { Length: > 0 })
        {
            return false;
        }

        TorchFixture.Load();
        return torch.cuda.is_available();
    });

    public static bool IsUsable => Found.Value;

    internal static torch.Device Device { get; } = new(DeviceType.CUDA, 0);
}
