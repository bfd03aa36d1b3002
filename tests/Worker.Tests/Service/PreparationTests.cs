using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Tests.Torch;
using LmDeploy.Worker.Service;
using TorchSharp;

namespace LmDeploy.Worker.Tests.Service;

[Collection(TorchTests.Name)]
public sealed class PreparationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_SaysWhereALoadWouldGo_AsOftenAsItIsAsked(bool cudaContext)
    {
        var verdicts = new LibTorchVerdicts(Path.GetTempPath(), _ => "not tried: tests use the package");
        var libTorch = new LibTorchStart(new LibTorchRuntime(LibTorchLocator.ForThisProcess, verdicts));
        libTorch.Begin();
        var preparation = new Preparation(libTorch);
        var expected = torch.cuda.is_available() ? "cuda:0" : "cpu";

        (await preparation.RunAsync(cudaContext)).Device.ShouldBe(expected);
        (await preparation.RunAsync(cudaContext)).Device.ShouldBe(expected);
    }
}
