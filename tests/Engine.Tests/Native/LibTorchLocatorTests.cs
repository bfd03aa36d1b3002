using LmDeploy.Engine.Native.LibTorch;

namespace LmDeploy.Engine.Tests.Native;

public sealed class LibTorchLocatorTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("lmdeploy-locator-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Find_PrefersTheVariable_ThenPip_ThenNuGet()
    {
        var named = Make("named/lib");
        var pip = Make("venv/lib/python3.12/site-packages/torch/lib");
        var nuget = Make("app/runtimes/linux-x64/native");
        Find(("LMDEPLOY_LIBTORCH", "named"), ("VIRTUAL_ENV", "venv")).ShouldBe([named, pip, nuget]);
    }

    [Fact]
    public void Find_SeesPyTorchOfThePythonOnThePath()
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "usr/bin"));
        File.WriteAllText(Path.Combine(_root.FullName, "usr/bin/python3"), "");
        var package = Make("usr/lib/python3/dist-packages/torch/lib");
        var pip = Make("usr/local/lib/python3.12/dist-packages/torch/lib");
        Find(("PATH", "usr/bin")).ShouldBe([pip, package]);
    }

    [Fact]
    public void Find_IgnoresFoldersWithoutLibTorch()
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "empty"));
        Find(("LMDEPLOY_LIBTORCH", "empty")).ShouldBeEmpty();
    }

    private string Make(string folder)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root.FullName, folder)).FullName;
        File.WriteAllText(Path.Combine(path, "libtorch_cpu.so"), "");
        return path;
    }

    private IEnumerable<string> Find(params (string Name, string Folder)[] variables)
    {
        var values = variables.ToDictionary(variable => variable.Name, variable => Path.Combine(_root.FullName, variable.Folder));
        return new LibTorchLocator(values.GetValueOrDefault, Path.Combine(_root.FullName, "app")).Find().Select(candidate => candidate.Folder);
    }
}
