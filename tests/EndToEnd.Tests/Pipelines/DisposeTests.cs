using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

public sealed class DisposeTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly GenerationConfig Endless = new() { MaxNewTokens = 900, IgnoreEos = true };

    private readonly Sandbox _sandbox = new();
    private Supervisor _supervisor = null!;

    public async ValueTask InitializeAsync() =>
        _supervisor = await Supervisor.StartPrivateAsync(
            new SupervisorOptions { Home = Repository.Home, SocketPath = Path.Combine(_sandbox.Folder, "s.sock") });

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public void Close_TwiceAndAfterDispose_GivesTheSameReceipt()
    {
        var pipe = Pipeline.Create(Repository.Pebble, supervisor: _supervisor);
        var receipt = pipe.Close();
        pipe.Dispose();
        pipe.Close().ShouldBeSameAs(receipt);
        pipe.Receipt.ShouldBeSameAs(receipt);
        Should.Throw<ObjectDisposedException>(() => pipe.Infer("hello"));
    }

    [Fact]
    public async Task Close_FromTwoThreads_GivesBothTheReceipt()
    {
        var pipe = Pipeline.Create(Repository.Pebble, supervisor: _supervisor);
        using var start = new Barrier(2);
        var receipts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Deadline).ShouldBeTrue();
                return pipe.Close();
            },
            TaskCreationOptions.LongRunning))).WaitAsync(Deadline);
        receipts[0].ShouldBeSameAs(receipts[1]);
        receipts[0].Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [Fact]
    public async Task BreakingOutOfAStream_StopsTheWork()
    {
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
        await foreach (var chunk in pipe.StreamInferAsync("Tell me a story about a fox.", Endless))
        {
            if (chunk.GenerateTokenLen >= 3)
            {
                break;
            }
        }

        await Eventually.BeAsync(() => _supervisor.ListPipelines().Single().RunningRequests, count => count == 0, "the request to end", Deadline);
        (await pipe.InferAsync("What does a cow say?")).FinishReason.ShouldBe(FinishReason.Stop, "the pipeline goes on");
    }

    [Fact]
    public async Task Dispose_DuringAStream_FailsIt_AndGivesTheMemoryBack()
    {
        var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
        ReclaimReceipt? receipt = null;
        await Should.ThrowAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var chunk in pipe.StreamInferAsync("Tell me a story about a fox.", Endless))
            {
                receipt ??= await pipe.CloseAsync();
            }
        });
        receipt!.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        _sandbox.Workers.ShouldBeEmpty();
    }

    [Fact]
    public async Task TwoPipelines_OneDisposed_LeavesTheOthersAnswerAsItWas()
    {
        const string question = "Tell me a story about a fox.";
        await using var stays = await Pipeline.CreateAsync(Repository.Cobble, supervisor: _supervisor);
        var alone = await stays.InferAsync(question);

        var goes = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
        var chunks = new List<string>();
        await foreach (var chunk in stays.StreamInferAsync(question))
        {
            chunks.Add(chunk.Text);
            if (chunks.Count == 2)
            {
                (await goes.CloseAsync()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
            }
        }

        chunks.Count.ShouldBeGreaterThan(2);
        string.Concat(chunks).ShouldBe(alone.Text);
    }

    [Fact]
    public async Task CancelledCreate_LeavesNoWorker()
    {
        using var cancellation = new CancellationTokenSource();
        var creating = Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor, cancellationToken: cancellation.Token);
        await Eventually.BeAsync(() => _sandbox.Workers.Count, count => count == 1, "the worker to start", Deadline);
        await cancellation.CancelAsync();
        var error = await Should.ThrowAsync<OperationCanceledException>(creating);
        error.CancellationToken.ShouldBe(cancellation.Token);
        _sandbox.Workers.ShouldBeEmpty();
    }
}
