using LmDeploy.Engine.Kernels;

namespace LmDeploy.Engine.Tests.Kernels;

public sealed class KernelProofTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("lmd-proof-").FullName, "kernels");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void Proof_HoldsForTheSameCircumstancesAlone()
    {
        var proof = new KernelProof(_folder, ["program 1", "device", "model"]);
        proof.Exists.ShouldBeFalse();
        proof.Note();
        proof.Exists.ShouldBeTrue();
        new KernelProof(_folder, ["program 1", "device", "model"]).Exists.ShouldBeTrue();
        new KernelProof(_folder, ["program 2", "device", "model"]).Exists.ShouldBeFalse();
        new KernelProof(_folder, ["program 1", "device"]).Exists.ShouldBeFalse();
    }

    [Fact]
    public void FolderThatCannotBeMade_IsNoFailure()
    {
        var file = Path.GetTempFileName();
        var proof = new KernelProof(Path.Combine(file, "kernels"), []);
        proof.Note();
        proof.Exists.ShouldBeFalse();
        File.Delete(file);
    }
}
