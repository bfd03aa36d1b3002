using LmDeploy.Engine.Native.LibTorch;

namespace LmDeploy.Engine.Tests.Native;

public sealed class ElfSymbolVersionsTests
{
    private static readonly string Library = LibTorchLocator.ForThisProcess.TorchSharpLibrary!;

    [Fact]
    public void MakeWeak_ChangesOneByteOfTorchSharpsLibrary()
    {
        var original = File.ReadAllBytes(Library);
        var patched = original.ToArray();
        ElfSymbolVersions.MakeWeak(patched, "GLIBCXX_3.4.32").ShouldBeTrue();
        original.Zip(patched).Count(pair => pair.First != pair.Second).ShouldBe(1);
    }

    [Fact]
    public void MakeWeak_LeavesALibraryWithoutThatVersionAlone()
    {
        var original = File.ReadAllBytes(Library);
        var patched = original.ToArray();
        ElfSymbolVersions.MakeWeak(patched, "GLIBCXX_9.9.99").ShouldBeFalse();
        patched.ShouldBe(original);
    }

    [Fact]
    public void MakeWeak_RefusesWhatIsNoElfFile() =>
        Should.Throw<InvalidDataException>(() => ElfSymbolVersions.MakeWeak(new byte[100], "X"));

    [Theory]
    [InlineData(70)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void MakeWeak_RefusesATruncatedFile(int length) =>
        Should.Throw<InvalidDataException>(() => ElfSymbolVersions.MakeWeak(File.ReadAllBytes(Library).AsSpan(0, length), "GLIBCXX_3.4.32"));
}
