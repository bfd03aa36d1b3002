using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Decoders.Cuda;
using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Models.Quantization;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Worker.Service;

/// <summary>Tells what a worker finds on this host and whether it works.</summary>
internal sealed class EnvironmentChecks(LibTorchLocator locator, LibTorchVerdicts verdicts, LibTorchStart libTorch)
{
    /// <summary>Runs every check. Blocks while candidates are tested in processes of their own.</summary>
    public EnvironmentReport Run()
    {
        var report = new EnvironmentReport { Usable = true };
        Add(report, "runtime", EnvironmentCheckStatus.Ok, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores");
        Add(report, "memory", EnvironmentCheckStatus.Ok, $"{AvailableMemory.Bytes() >> 20} MiB available");
        foreach (var candidate in locator.Find())
        {
            var (works, detail) = verdicts.Get(candidate);
            Add(report, "libtorch candidate", works ? EnvironmentCheckStatus.Ok : EnvironmentCheckStatus.Failed, $"{candidate}: {detail}");
        }

        try
        {
            libTorch.Wait();
            Add(report, "libtorch", EnvironmentCheckStatus.Ok, $"{libTorch.Loaded}, self-test passed");
            AddCuda(report);
        }
        catch (EngineException e)
        {
            report.Usable = false;
            Add(report, "libtorch", EnvironmentCheckStatus.Failed, e.Message);
        }

        AddWeights(report);
        return report;
    }

    private static void AddWeights(EnvironmentReport report)
    {
        Add(report, "weights", EnvironmentCheckStatus.Ok, "F32, F16, BF16: converted to the type that is computed in");
        foreach (var kind in WeightFormats.All)
        {
            Add(report, "weights", EnvironmentCheckStatus.Ok, $"{kind.Method} ({kind.Reads}): dequantized to the type that is computed in, as they are loaded");
        }
    }

    private static void AddCuda(EnvironmentReport report)
    {
        if (!torch.cuda.is_available())
        {
            Add(report, "cuda", EnvironmentCheckStatus.Skipped, "libtorch finds no CUDA device; models run on the CPU");
            Add(report, "kernels", EnvironmentCheckStatus.Skipped, "no CUDA device: kernels not tested");
            return;
        }

        try
        {
            for (var i = 0; i < torch.cuda.device_count(); i++)
            {
                LibTorchSelfTest.Run(new torch.Device(DeviceType.CUDA, i));
                Add(report, "cuda", EnvironmentCheckStatus.Ok, $"device {i}, self-test passed");
            }

            AddKernels(report);
        }
        catch (EngineException e)
        {
            report.Usable = false;
            Add(report, "cuda", EnvironmentCheckStatus.Failed, e.Message);
        }
    }

    /// <summary>On the first device. Models run without them too, so that nothing here keeps models from running.</summary>
    private static void AddKernels(EnvironmentReport report)
    {
        if (CudaSupport.WhyNot() is { } reason)
        {
            Add(report, "kernels", EnvironmentCheckStatus.Skipped, $"{reason}: kernels not tested, and models run in libtorch's operators");
            return;
        }

        try
        {
            foreach (var verdict in KernelVerdict.Of(KernelSelfTest.Run(new torch.Device(DeviceType.CUDA, 0))))
            {
                Add(report, $"kernel {verdict.Kernel}", verdict.IsOk ? EnvironmentCheckStatus.Ok : EnvironmentCheckStatus.Failed, verdict.Detail);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or CudaException or ExternalException)
        {
            Add(report, "kernels", EnvironmentCheckStatus.Failed, e.Message);
        }
    }

    private static void Add(EnvironmentReport report, string name, EnvironmentCheckStatus status, string detail) =>
        report.Checks.Add(new EnvironmentCheck { Name = name, Status = status, Detail = detail });
}
