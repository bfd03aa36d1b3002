using LmDeploy.Worker.Errors;
using LmDeploy.Worker.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Worker.Hosting;

/// <summary>The child process that finds out whether a libtorch works: exit code 0 says that it does.</summary>
internal static class LibTorchProbe
{
    public static int Run(string folder)
    {
        var scratch = Directory.CreateTempSubdirectory("lmdeploy-libtorch-");
        try
        {
            var candidate = new LibTorchCandidate("self-test", folder);
            var locator = LibTorchLocator.ForThisProcess;
            var verdicts = new LibTorchVerdicts(scratch.FullName, _ => null);
            new LibTorchRuntime(locator, verdicts, new LibTorchLoader(scratch.FullName)).StartWith(candidate);
            LibTorchSelfTest.Run(torch.CPU);
            return 0;
        }
        catch (EngineException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
