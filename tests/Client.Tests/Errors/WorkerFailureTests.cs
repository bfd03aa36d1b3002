using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Errors;

public sealed class WorkerFailureTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;

    private static V1.WorkerFailure Wire => new()
    {
        Kind = V1.WorkerFailureKind.Crashed,
        WorkerPid = 77,
        ExitCode = 139,
        Signal = "SIGSEGV",
        During = V1.WorkerActivity.Serving,
        Xids = { new V1.Xid { Number = 31, Device = "0000:3b:00", Text = "MMU Fault" } },
        LastErrors = { "one", "two" },
        Step = 12,
        Running = { new V1.RunningRequest { Id = 5, Fingerprint = "f", InputTokenLen = 3, GenerateTokenLen = 4 } },
        Lived = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)),
        Time = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)),
    };

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
    public async Task Failures_HasTheDeathsThatWereMadeGood()
    {
        _fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync();
            await holding.SendAsync(
                new HoldEvent { Restarted = new WorkerRestarted { WorkerPid = 78, Cause = new Error { Code = ErrorCodes.WorkerCrashed, Failure = Wire } } });
            await holding.WaitForHalfCloseAsync();
            await holding.ReleaseAsync();
        };
        await using var pipe = await Pipeline.CreateAsync("/m", supervisor: _supervisor);
        for (var chunks = 0; pipe.WorkerPid != 78; chunks++)
        {
            chunks.ShouldBeLessThan(1000, "the restart is told");
            await pipe.InferAsync("a");
        }

        var failure = pipe.Failures.ShouldHaveSingleItem();

        failure.Kind.ShouldBe(WorkerFailureKind.Crashed);
        failure.ExitCode.ShouldBe(139);
        failure.Signal.ShouldBe("SIGSEGV");
        failure.CudaError.ShouldBeNull();
        failure.Xids.ShouldBe([new Xid { Number = 31, Device = "0000:3b:00", Text = "MMU Fault" }]);
        failure.LastErrors.ShouldBe(["one", "two"]);
        failure.Step.ShouldBe(12);
        failure.Running.ShouldBe([new RunningRequest { Id = 5, Fingerprint = "f", InputTokenLen = 3, GenerateTokenLen = 4 }]);
        failure.Lifetime.ShouldBe(TimeSpan.FromSeconds(1.5));
        failure.Time.ToUnixTimeMilliseconds().ShouldBe(1_700_000_000_000);
    }

    [Fact]
    public async Task Exception_CarriesTheFailure()
    {
        _fake.OnGenerate = (_, _, _) => throw ErrorDetails.ToException(
            new Error { Code = ErrorCodes.WorkerCrashed, Message = "died", Failure = Wire }, Grpc.Core.StatusCode.Unavailable);
        await using var pipe = await Pipeline.CreateAsync("/m", supervisor: _supervisor);

        var error = await Should.ThrowAsync<WorkerCrashedException>(pipe.InferAsync("a"));

        error.Failure.ShouldNotBeNull().WorkerPid.ShouldBe(77);
    }

    [Fact]
    public async Task Response_OfAPoisonedPromptCarriesTheFailure()
    {
        _fake.OnGenerate = (request, events, _) => events.WriteAsync(new GenerationEvent
        {
            Finished = new GenerationFinished
            {
                Reason = V1.FinishReason.Error,
                Error = new Error { Code = ErrorCodes.PoisonedRequest, Message = "poison", Failure = Wire },
            },
        });
        await using var pipe = await Pipeline.CreateAsync("/m", supervisor: _supervisor);

        var response = (await pipe.InferAsync(["a"]))[0];
        var thrown = await Should.ThrowAsync<LmDeployException>(pipe.InferAsync("a"));

        (thrown.Code, thrown.Message, thrown.Failure!.Signal).ShouldBe(("poisoned_request", "poison", "SIGSEGV"));
        response.FinishReason.ShouldBe(FinishReason.Error);
        response.ErrorCode.ShouldBe("poisoned_request");
        response.Failure.ShouldNotBeNull().Signal.ShouldBe("SIGSEGV");
    }

    [Fact]
    public async Task Trailer_OfALongMessageStaysSmall()
    {
        var message = new string('x', 20_000);
        _fake.OnGenerate = (_, _, _) => throw ErrorDetails.ToException(
            new Error { Code = ErrorCodes.WorkerCrashed, Message = message, Failure = Wire }, Grpc.Core.StatusCode.Unavailable);
        await using var pipe = await Pipeline.CreateAsync("/m", supervisor: _supervisor);

        (await Should.ThrowAsync<WorkerCrashedException>(pipe.InferAsync("a"))).Message.ShouldBe(message, "the details have all of it");
    }
}
