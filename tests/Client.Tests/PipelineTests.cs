using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LmDeploy.Client.Tests.Fakes;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests;

public sealed class PipelineTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
    }

    [Fact]
    public async Task Create_TellsWhatWasLoaded()
    {
        await using var pipeline = await CreateAsync();
        pipeline.Id.ShouldBe("p1");
        pipeline.WorkerPid.ShouldBe(4711);
        pipeline.LoadTime.ShouldBe(TimeSpan.FromSeconds(0.25));
        pipeline.Model.Architecture.ShouldBe("llama");
        pipeline.Receipt.ShouldBeNull();
        Path.IsPathRooted(_fake.Opened[0].Model).ShouldBeTrue();
    }

    [Fact]
    public async Task Create_ReportsProgress()
    {
        _fake.OnHold = async holding =>
        {
            await holding.SendAsync(new HoldEvent { Progress = new V1.LoadProgress { Stage = V1.LoadStage.Loading, LoadedBytes = 5, TotalBytes = 10 } });
            await holding.SendAsync(
                new HoldEvent
                {
                    Progress = new V1.LoadProgress
                    {
                        Stage = V1.LoadStage.WarmingUp,
                        LoadedBytes = 10,
                        TotalBytes = 10,
                        Weights = "fp8, dequantized to float32",
                    },
                });
            await holding.BecomeReadyAsync(
                new V1.ModelInfo
                {
                    Weights = "fp8, dequantized to float32",
                    Dequantized = true,
                    ReadBytes = 6_000,
                    WeightTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)),
                });
            await holding.WaitForHalfCloseAsync();
        };
        var seen = new Progress();
        await using var pipeline = await Pipeline.CreateAsync("model", null, _supervisor, seen).InTime();
        seen.Reports.ShouldBe(
            
            [
                new LoadProgress { Stage = LoadStage.Loading, LoadedBytes = 5, TotalBytes = 10 },
                new LoadProgress { Stage = LoadStage.WarmingUp, LoadedBytes = 10, TotalBytes = 10, Weights = "fp8, dequantized to float32" },
            ]);
        pipeline.Model.Weights.ShouldBe("fp8, dequantized to float32");
        pipeline.Model.IsDequantized.ShouldBeTrue();
        pipeline.Model.WeightTime.ShouldBe(TimeSpan.FromSeconds(2));
        pipeline.Model.ReadBytesPerSecond.ShouldBe(3_000);
    }

    [Fact]
    public async Task Create_ThrowsWhatTheTrailerSays()
    {
        _fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.MissingTensor, "lm_head.weight is missing.", "lm_head.weight");
        var e = await Should.ThrowAsync<ModelLoadException>(() => CreateAsync());
        e.Code.ShouldBe("missing_tensor");
        e.Message.ShouldBe("lm_head.weight is missing.");
        e.Subject.ShouldBe("lm_head.weight");
    }

    [Theory]
    [InlineData(Grpc.Core.StatusCode.DeadlineExceeded)]
    [InlineData(Grpc.Core.StatusCode.Cancelled)]
    public async Task Create_ThrowsWhatTheTrailerSays_WhateverTheStatus(Grpc.Core.StatusCode status)
    {
        _fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.LoadTimeout, "too slow", "", status);
        (await Should.ThrowAsync<ModelLoadException>(() => CreateAsync())).Code.ShouldBe("load_timeout");
        _fake.Opened.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Create_RefusedByALeavingSupervisorWaitsForTheNext()
    {
        var ready = _fake.OnHold;
        _fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.SupervisorUnavailable, "The supervisor is ending.", "", Grpc.Core.StatusCode.Unavailable);
        await using var leaving = new LmDeploy.Supervisor(new LeavingEndpoint(_fake.SocketPath, () => _fake.OnHold = ready));
        await using var pipeline = await Pipeline.CreateAsync("model", null, leaving).InTime();
        _fake.Opened.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Listing_RefusedByALeavingSupervisorAsksTheNext()
    {
        _fake.OnListPipelines = () => throw FakeSupervisor.Fail(
            ErrorCodes.SupervisorUnavailable, "The supervisor is ending.", "", Grpc.Core.StatusCode.Unavailable);
        await using var leaving = new LmDeploy.Supervisor(new LeavingEndpoint(_fake.SocketPath, () => _fake.OnListPipelines = () => new()));
        (await leaving.ListPipelinesAsync().InTime()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Create_ThrowsAfterAFailedEvent()
    {
        _fake.OnHold = async holding =>
        {
            await holding.FailAsync(ErrorCodes.LoadTimeout, "too slow");
            await holding.ReleaseAsync();
        };
        var e = await Should.ThrowAsync<ModelLoadException>(() => CreateAsync());
        e.Code.ShouldBe("load_timeout");
        _fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task Create_WhenCancelledWaitsUntilNothingIsLeft()
    {
        using var cancellation = new CancellationTokenSource();
        _fake.OnHold = async holding =>
        {
            await cancellation.CancelAsync();
            await holding.WaitForHalfCloseAsync();
            await holding.ReleaseAsync();
        };
        var e = await Should.ThrowAsync<OperationCanceledException>(
            () => Pipeline.CreateAsync("model", null, _supervisor, null, cancellation.Token).InTime());
        e.CancellationToken.ShouldBe(cancellation.Token);
        _fake.Released.ShouldBe(1);
    }

    /// <summary>On a busy host more than one may leave for idleness before a call has reached it.</summary>
    [Fact]
    public async Task ACall_SurvivesSupervisorsThatLeaveOneAfterTheOther()
    {
        var left = 0;
        _fake.OnListPipelines = () => throw new RpcException(new Status(StatusCode.Unavailable, "leaving"));
        await using var leaving = new LmDeploy.Supervisor(new LeavingEndpoint(_fake.SocketPath, () =>
        {
            if (++left == 3)
            {
                _fake.OnListPipelines = () => new();
            }
        }));

        (await leaving.ListPipelinesAsync().InTime()).ShouldBeEmpty();

        left.ShouldBe(3);
    }

    [Fact]
    public async Task ACall_IsGivenUpWhereNoSupervisorStays()
    {
        var left = 0;
        _fake.OnListPipelines = () => throw new RpcException(new Status(StatusCode.Unavailable, "leaving"));
        await using var leaving = new LmDeploy.Supervisor(new LeavingEndpoint(_fake.SocketPath, () => left++));

        (await Should.ThrowAsync<SupervisorUnavailableException>(leaving.ListPipelinesAsync().InTime())).Message.ShouldContain("leaving");

        left.ShouldBe(LmDeploy.Supervisor.MostReplacements);
    }

    [Fact]
    public async Task Create_OutOfMemoryIsTriedOnceMore()
    {
        var attempts = 0;
        var ready = _fake.OnHold;
        _fake.OnHold = holding => attempts++ == 0 ? throw FakeSupervisor.Fail(ErrorCodes.OutOfMemory, "full") : ready(holding);
        await using var pipeline = await CreateAsync();
        attempts.ShouldBe(2);
    }

    [Fact]
    public async Task Create_OutOfMemoryTwiceThrows()
    {
        _fake.OnHold = _ => throw FakeSupervisor.Fail(ErrorCodes.OutOfMemory, "full");
        (await Should.ThrowAsync<ModelLoadException>(() => CreateAsync())).Code.ShouldBe("out_of_memory");
        _fake.Opened.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Create_WithNobodyListeningSaysSo()
    {
        await using var nobody = LmDeploy.Supervisor.At(Path.Join(Path.GetTempPath(), "lmdeploy-nobody.sock"));
        var e = await Should.ThrowAsync<SupervisorUnavailableException>(() => Pipeline.CreateAsync("model", null, nobody).InTime());
        e.Message.ShouldContain("lmdeploy-nobody.sock");
    }

    [Fact]
    public async Task Close_GivesTheReceiptToEveryCaller()
    {
        var pipeline = await CreateAsync();
        var receipts = await Task.WhenAll(Task.Run(() => pipeline.Close()), Task.Run(() => pipeline.Close()), pipeline.CloseAsync()).InTime();
        receipts[0].Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        receipts[0].ReclaimedBytes.ShouldBe(1000);
        receipts[0].ExitCode.ShouldBe(0);
        receipts.ShouldAllBe(receipt => ReferenceEquals(receipt, receipts[0]));
        pipeline.Receipt.ShouldBeSameAs(receipts[0]);
        pipeline.Dispose();
        _fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task Close_IsBoundedWhenNoReceiptComes()
    {
        _fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync();
            await Deadline.Never(holding.Broken);
        };
        var pipeline = await CreateAsync(new EngineConfig { CloseTimeout = TimeSpan.FromMilliseconds(50) });
        var receipt = await pipeline.CloseAsync().InTime();
        receipt.Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        receipt.Reason.ShouldContain("0.05 s");
    }

    [Fact]
    public async Task Close_AfterTheSupervisorDiedIsUnverifiable()
    {
        var pipeline = await CreateAsync();
        await _fake.DieAsync();
        var receipt = await pipeline.CloseAsync().InTime();
        receipt.Verdict.ShouldBe(ReclaimVerdict.Unverifiable);
        receipt.Reason.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Infer_AfterCloseThrowsObjectDisposed()
    {
        var pipeline = await CreateAsync();
        pipeline.Close();
        await Should.ThrowAsync<ObjectDisposedException>(() => pipeline.InferAsync("x"));
        await Should.ThrowAsync<ObjectDisposedException>(() => pipeline.InferAsync(Array.Empty<Prompt>()));
        Should.Throw<ObjectDisposedException>(() => pipeline.Tokenize("x"));
        Should.Throw<ObjectDisposedException>(() => pipeline.GetPpl([1, 2]));
    }

    [Fact]
    public async Task Dispose_EndsRunningRequestsWithObjectDisposed()
    {
        var running = new TaskCompletionSource();
        _fake.OnGenerate = async (_, _, context) =>
        {
            running.SetResult();
            await Deadline.Never(context.CancellationToken);
        };
        var pipeline = await CreateAsync();
        var request = pipeline.InferAsync("x");
        await running.Task.InTime();
        await pipeline.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => request.InTime());
        pipeline.Receipt!.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [Fact]
    public async Task Failed_EndsRunningAndLaterCallsWithItsCause()
    {
        var running = new TaskCompletionSource();
        _fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync();
            await running.Task;
            await holding.FailAsync(ErrorCodes.WorkerCrashed, "killed by SIGKILL");
            await holding.ReleaseAsync();
        };
        _fake.OnGenerate = async (_, _, context) =>
        {
            running.SetResult();
            await Deadline.Never(context.CancellationToken);
        };
        await using var pipeline = await CreateAsync();
        (await Should.ThrowAsync<WorkerCrashedException>(() => pipeline.InferAsync("x").InTime())).Message.ShouldBe("killed by SIGKILL");
        await Should.ThrowAsync<WorkerCrashedException>(() => pipeline.InferAsync("x").InTime());
        (await pipeline.CloseAsync().InTime()).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    [Fact]
    public async Task Infer_WhenTheSupervisorDiesFailsPromptly()
    {
        var running = new TaskCompletionSource();
        _fake.OnGenerate = async (_, _, context) =>
        {
            running.SetResult();
            await Deadline.Never(context.CancellationToken);
        };
        await using var pipeline = await CreateAsync();
        var request = pipeline.InferAsync("x");
        await running.Task.InTime();
        await _fake.DieAsync();
        await Should.ThrowAsync<SupervisorUnavailableException>(() => request.InTime());
        await Should.ThrowAsync<SupervisorUnavailableException>(() => pipeline.InferAsync("y").InTime());
    }

    [Fact]
    public async Task Restarted_ChangesTheWorker()
    {
        var restart = new TaskCompletionSource();
        _fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync();
            await restart.Task;
            await holding.SendAsync(new HoldEvent { Restarted = new WorkerRestarted { WorkerPid = 4712 } });
            await holding.FailAsync(ErrorCodes.Stopped, "stopped");
            await holding.WaitForHalfCloseAsync();
        };
        await using var pipeline = await CreateAsync();
        restart.SetResult();
        await Should.ThrowAsync<PipelineFailedException>(async () =>
        {
            while (true)
            {
                await pipeline.InferAsync("x").InTime();
            }
        });
        pipeline.WorkerPid.ShouldBe(4712);
    }

    [Fact]
    public async Task Infer_UnderASynchronizationContextDoesNotDeadlock()
    {
        await Task.Factory.StartNew(
            () =>
            {
                SynchronizationContext.SetSynchronizationContext(new StuckContext());
                using var pipeline = Pipeline.Create("model", null, _supervisor);
                pipeline.Infer("hello").Text.ShouldBe("hello");
                pipeline.StreamInfer("hi").Last().FinishReason.ShouldBe(FinishReason.Stop);
                pipeline.StartSession().Chat("x").ErrorCode.ShouldBeNull();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).InTime();
    }

    private Task<Pipeline> CreateAsync(EngineConfig? config = null) => Pipeline.CreateAsync("model", config, _supervisor).InTime();

    private sealed class Progress : IProgress<LoadProgress>
    {
        public List<LoadProgress> Reports { get; } = [];

        public void Report(LoadProgress value) => Reports.Add(value);
    }

    /// <summary>Never runs what is posted to it, as a user interface does while its thread waits.</summary>
    private sealed class StuckContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
