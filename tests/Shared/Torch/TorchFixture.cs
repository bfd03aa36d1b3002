using LmDeploy.Engine.Native.LibTorch;


namespace LmDeploy.Tests.Torch;

/// <summary>Loads libtorch once for all tests that compute.</summary>
public sealed class TorchFixture
{
    private static readonly Lazy<bool> Loaded = new(() =>
    {
        var scratch = Directory.CreateTempSubdirectory("lmdeploy-tests-");
        var verdicts = new LibTorchVerdicts(scratch.FullName, _ => "not tried: tests use the package");
        new LibTorchRuntime(LibTorchLocator.ForThisProcess, verdicts).Start();
        scratch.Delete(recursive: true);
        return true;
    });

    public TorchFixture() => _ = Loaded.Value;
}
