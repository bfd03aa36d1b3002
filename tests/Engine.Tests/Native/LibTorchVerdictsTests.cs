using LmDeploy.Engine.Native.LibTorch;

namespace LmDeploy.Engine.Tests.Native;

public sealed class LibTorchVerdictsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("lmdeploy-verdicts-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Get_TestsALibraryOnce_AndAgainWhenItChanged()
    {
        var candidate = Candidate("one");
        var tested = 0;
        var verdicts = new LibTorchVerdicts(Path.Combine(_root.FullName, "cache"), _ => ++tested == 1 ? "broken" : null);
        verdicts.Get(candidate).ShouldBe((false, "broken"));
        verdicts.Get(candidate).ShouldBe((false, "broken"));
        tested.ShouldBe(1);

        File.WriteAllText(Path.Combine(candidate.Folder, "libtorch_cpu.so"), "another build");
        verdicts.Get(candidate).Works.ShouldBeTrue();
        tested.ShouldBe(2);
    }

    [Fact]
    public void Get_WorksWithoutACache()
    {
        File.WriteAllText(Path.Combine(_root.FullName, "file"), "");
        var verdicts = new LibTorchVerdicts(Path.Combine(_root.FullName, "file", "no-folder-here"), _ => null);
        verdicts.Get(Candidate("one")).Works.ShouldBeTrue();
    }

    private LibTorchCandidate Candidate(string name)
    {
        var folder = _root.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "libtorch_cpu.so"), "");
        return new LibTorchCandidate("test", folder);
    }
}
