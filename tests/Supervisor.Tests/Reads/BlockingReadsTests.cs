using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Reads;

public sealed class BlockingReadsTests
{
    [Fact]
    public async Task ReadThatNeverAnswers_IsLeft()
    {
        var reads = new BlockingReads();
        using var gate = new ManualResetEventSlim();
        using var gaveUp = new CancellationTokenSource();
        var stuck = reads.RunAsync(() => gate.Wait(Deadline.Long), gaveUp.Token);

        await gaveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => stuck.InTime());
        (await reads.RunAsync(() => 7, CancellationToken.None).InTime("another read")).ShouldBe(7);
        gate.Set();
    }

    [Fact]
    public async Task LostThreads_AreBounded()
    {
        var reads = new BlockingReads();
        using var gate = new ManualResetEventSlim();
        using var gaveUp = new CancellationTokenSource();
        var stuck = Enumerable.Range(0, BlockingReads.MostThreads).Select(_ => reads.RunAsync(() => gate.Wait(Deadline.Long), gaveUp.Token)).ToList();
        await gaveUp.CancelAsync();
        foreach (var read in stuck)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => read.InTime());
        }

        var next = reads.RunAsync(() => 7, CancellationToken.None);
        next.IsCompleted.ShouldBeFalse("every thread is still in the kernel");
        gate.Set();
        (await next.InTime("a thread came back")).ShouldBe(7);
    }

    [Fact]
    public async Task Failure_IsTheReadsOwn() =>
        await Should.ThrowAsync<InvalidDataException>(
            () => new BlockingReads().RunAsync<int>(() => throw new InvalidDataException(), CancellationToken.None).InTime());
}
