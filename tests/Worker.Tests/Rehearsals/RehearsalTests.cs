using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Tests.Torch;
using LmDeploy.Worker.Rehearsals;
using TorchSharp;

namespace LmDeploy.Worker.Tests.Rehearsals;

[Collection(TorchTests.Name)]
public sealed class RehearsalTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Over_IsAtOnceWhereNoneWasBegun()
    {
        var libTorch = Begin(LibTorchLocator.ForThisProcess);
        var over = new Rehearsal(libTorch).Over;
        over.IsCompleted.ShouldBeTrue();
        (await over).ShouldBeFalse();
        libTorch.Wait(); // Its self-test makes tensors, which another test would count.
    }

    [Fact]
    public async Task Begin_AnswersAPromptAndLeavesNoTensor()
    {
        var libTorch = Begin(LibTorchLocator.ForThisProcess);
        libTorch.Wait();

        // What other tests left to the collector is not counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;

        (await RunAsync(libTorch)).ShouldBeTrue();

        torch.Tensor.TotalCount.ShouldBe(before);
    }

    [Fact]
    public async Task Begin_IsOverWithoutAFailureWhereThereIsNoLibTorch() =>
        (await RunAsync(Begin(new LibTorchLocator(_ => null, Path.GetTempPath())))).ShouldBeFalse();

    private static LibTorchStart Begin(LibTorchLocator locator)
    {
        var libTorch = new LibTorchStart(new LibTorchRuntime(locator, new LibTorchVerdicts(Path.GetTempPath(), _ => "not tried: tests use the package")));
        libTorch.Begin();
        return libTorch;
    }

    private static Task<bool> RunAsync(LibTorchStart libTorch)
    {
        var rehearsal = new Rehearsal(libTorch);
        rehearsal.Begin();
        return rehearsal.Over.WaitAsync(Longest);
    }
}
