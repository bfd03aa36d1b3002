using LmDeploy.Engine.Native.LibTorch;


namespace LmDeploy.Tests.Torch;

/// <summary>
/// Loads libtorch once for all tests that compute: the one of the NuGet package, or what the worker takes first where the tests were built without.
/// </summary>
public sealed class TorchFixture
{
    private static readonly Lazy<bool> Loaded = new(() =>
    {
        var scratch = Directory.CreateTempSubdirectory("lmdeploy-tests-");
        var locator = LibTorchLocator.ForThisProcess;
        var hasPackage = locator.Find().Any(candidate => candidate.Source == "NuGet package");
        var verdicts = new LibTorchVerdicts(scratch.FullName, _ => hasPackage ? "not tried: tests use the package" : null);
        new LibTorchRuntime(locator, verdicts).Start();
        scratch.Delete(recursive: true);
        return true;
    });

    public TorchFixture() => Load();

    public static void Load() => _ = Loaded.Value;
}
