using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Text.Errors;
using TorchSharp;

namespace LmDeploy.Worker.Hosting;

/// <summary>
/// Runs every kernel against its twin in a process without anything else, for tools such as compute-sanitizer; exit code 0 says that all are right.
/// </summary>
internal static class KernelProbe
{
    public static int Run(string folder)
    {
        try
        {
            new LibTorchRuntime(LibTorchLocator.ForThisProcess, new LibTorchVerdicts("", _ => null)).StartWith(new LibTorchCandidate("self-test", folder));
            if (!torch.cuda.is_available())
            {
                Console.Error.WriteLine("libtorch finds no CUDA device: kernels not tested");
                return 1;
            }

            var verdicts = KernelVerdict.Of(KernelSelfTest.Run(new torch.Device(DeviceType.CUDA, 0))).ToList();
            verdicts.ForEach(verdict => Console.WriteLine($"{(verdict.IsOk ? "ok" : "failed")} {verdict.Kernel}: {verdict.Detail}"));
            return verdicts.TrueForAll(verdict => verdict.IsOk) ? 0 : 1;
        }
        catch (EngineException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
