using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class RequestTests
{
    [Fact]
    public async Task Generate_HandsOnEveryEventInOrder()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        using var call = supervisor.Pipelines.Generate(Ask(holder, "a b c"));
        var events = new List<GenerationEvent>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the next event of Generate"))
        {
            events.Add(call.ResponseStream.Current);
        }

        events.First().Started.PromptTokenIds.ShouldBe([1, 2]);
        events[1..^1].Select(e => e.Delta.Text).ShouldBe(["a", "b", "c"]);
        events.Last().Finished.GenerateTokenLen.ShouldBe(3);
    }

    [Fact]
    public async Task UnknownKey_IsNotFound()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var failure = await Should.ThrowAsync<RpcException>(async () => await supervisor.Pipelines.ScoreAsync(new ScoreRequest { Key = "none" }));

        failure.StatusCode.ShouldBe(StatusCode.NotFound);
        ErrorTrailer.Read(failure).ShouldNotBeNull().Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
    }

    [Fact]
    public async Task WorkersTypedError_PassesThrough()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var failure = await Should.ThrowAsync<RpcException>(async () => await supervisor.Pipelines.TokenizeAsync(new TokenizeRequest { Key = holder.Ready.Key }));

        failure.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        ErrorTrailer.Read(failure).ShouldNotBeNull().Error.Subject.ShouldBe("prompts");
    }

    [Fact]
    public async Task Cancel_ReachesTheWorker_AndTheNextRequestRuns()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var call = supervisor.Pipelines.Generate(Ask(holder, "endless"));
        await call.ResponseStream.MoveNext(CancellationToken.None).InTime();
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem().RunningRequests.ShouldBe(1);

        call.Dispose();

        await Deadline.UntilAsync(() => File.Exists(supervisor.Mark("cancelled")), "the worker sees the cancellation");
        using var next = supervisor.Pipelines.Generate(Ask(holder, "a"));
        (await next.ResponseStream.MoveNext(CancellationToken.None).InTime()).ShouldBeTrue();
    }

    [Fact]
    public async Task WorkerKilledMidStream_FailsTheCallWithTheCause()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-on-generate");
        using var holder = await (await supervisor.HoldAsync(engine: RealSupervisor.WithoutRestarts)).UntilReadyAsync();

        var failure = await Should.ThrowAsync<RpcException>(DrainAsync(supervisor, holder, "a").InTime());

        failure.StatusCode.ShouldBe(StatusCode.Unavailable);
        var error = ErrorTrailer.Read(failure).ShouldNotBeNull(failure.Message).Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("SIGKILL");
        error.Message.ShouldContain("about to be killed");
        (await holder.RestAsync()).First().Failed.Error.ShouldBe(error);
    }

    [Fact]
    public async Task DisposeMidStream_FailsTheCallAsStopped()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var running = DrainAsync(supervisor, holder, "endless");
        await Deadline.UntilAsync(
            () => supervisor.Host.ListPipelines(new ListPipelinesRequest()).Pipelines.Single().RunningRequests == 1, "the request runs");

        await holder.DisposePipelineAsync();

        var failure = await Should.ThrowAsync<RpcException>(running.InTime());
        ErrorTrailer.Read(failure).ShouldNotBeNull(failure.Message).Error.Code.ShouldBe(ErrorCodes.Stopped);
    }

    private static GenerateRequest Ask(Holder holder, string text) => new() { Key = holder.Ready.Key, Prompts = { new Prompt { Text = text } } };

    private static async Task DrainAsync(RealSupervisor supervisor, Holder holder, string text)
    {
        using var call = supervisor.Pipelines.Generate(Ask(holder, text));
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }
}
