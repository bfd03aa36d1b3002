using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Text.Errors;
using TorchSharp;

namespace LmDeploy.Worker.Hosting;

/// <summary>The child process that finds out whether a libtorch works: exit code 0 says that it does.</summary>
internal static class LibTorchProbe
{
    public static int Run(string folder)
    {
        try
        {
            var candidate = new LibTorchCandidate("self-test", folder);
            var locator = LibTorchLocator.ForThisProcess;
            new LibTorchRuntime(locator, new LibTorchVerdicts("", _ => null)).StartWith(candidate);
            LibTorchSelfTest.Run(torch.CPU);
            return 0;
        }
        catch (EngineException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
