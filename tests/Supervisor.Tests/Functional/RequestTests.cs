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

        using var call = supervisor.Pipelines.Generate(holder.Ask("a b c"));
        var events = new List<GenerationEvent>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the next event of Generate"))
        {
            events.Add(call.ResponseStream.Current);
        }

        events.First().Started.PromptTokenIds.ShouldBe([.. "a b c".Select(character => (int)character)]);
        events[1..^1].Select(e => e.Delta.Text).ShouldBe(["a", "b", "c"]);
        events.Last().Finished.GenerateTokenLen.ShouldBe(3);
    }

    [Fact]
    public async Task UnknownKey_IsNotFound()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var failure = await Should.ThrowAsync<RpcException>(
            async () => await supervisor.Pipelines.LogLikelihoodAsync(new LogLikelihoodRequest { Key = "none" }));

        failure.StatusCode.ShouldBe(StatusCode.NotFound);
        SupervisorException.From(failure).ShouldNotBeNull().Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
    }

    [Fact]
    public async Task WorkersTypedError_PassesThrough()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var failure = await Should.ThrowAsync<RpcException>(
            async () => await supervisor.Pipelines.TokenizeAsync(new TokenizeRequest { Key = holder.Ready.Key }));

        failure.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        SupervisorException.From(failure).ShouldNotBeNull().Error.Subject.ShouldBe("prompts");
    }

    [Fact]
    public async Task Cancel_ReachesTheWorker_AndTheNextRequestRuns()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var call = supervisor.Pipelines.Generate(holder.Ask("endless"));
        await call.ResponseStream.MoveNext(CancellationToken.None).InTime();
        (await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest())).Pipelines.ShouldHaveSingleItem().RunningRequests.ShouldBe(1);

        call.Dispose();

        await Deadline.UntilAsync(() => File.Exists(supervisor.Mark("cancelled")), "the worker sees the cancellation");
        using var next = supervisor.Pipelines.Generate(holder.Ask("a"));
        (await next.ResponseStream.MoveNext(CancellationToken.None).InTime()).ShouldBeTrue();
    }

    [Fact]
    public async Task WorkerKilledMidStream_FailsTheCallWithTheCause()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-on-generate");
        using var holder = await (await supervisor.HoldAsync(supervision: RealSupervisor.WithoutRestarts)).UntilReadyAsync();

        var failure = await Should.ThrowAsync<RpcException>(DrainAsync(supervisor, holder, "a").InTime());

        failure.StatusCode.ShouldBe(StatusCode.Unavailable);
        var error = SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error;
        error.Code.ShouldBe(ErrorCodes.WorkerCrashed);
        error.Message.ShouldContain("SIGKILL");
        error.Message.ShouldContain("about to be killed");
        (await holder.RestAsync()).First().Failed.Error.ShouldBe(error);
    }

    [Fact]
    public async Task WorkerKilledMidStream_GoesOnWithTheNext_AndEveryEventComesOnce()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-once");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var request = holder.Ask("a");
        request.Prompts.Add(new Prompt { Text = "b c d e" });
        request.Prompts.Add(new Prompt { Text = "f g" });

        var events = await supervisor.CollectAsync(request).InTime();

        (await holder.NextAsync()).Restarted.ShouldNotBeNull();
        File.Exists(supervisor.Mark("generate")).ShouldBeTrue("the worker died on the way");
        for (var index = 0; index < 3; index++)
        {
            events.TextOf(index).ShouldBe(request.Prompts[index].Text);
        }
    }

    [Fact]
    public async Task WorkerKilledInAUnaryCall_IsAskedAgain()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-once");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var failure = await Should.ThrowAsync<RpcException>(
            supervisor.Pipelines.TokenizeAsync(new TokenizeRequest { Key = holder.Ready.Key }).ResponseAsync.InTime());

        File.Exists(supervisor.Mark("tokenize")).ShouldBeTrue("the worker died on the way");
        SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error.Code.ShouldBe(
            ErrorCodes.InvalidRequest, "the second worker answers, with the error of the fake");
    }

    [Fact]
    public async Task WorkerKilledWhileItScores_IsAskedAgain()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-once");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var request = new LogLikelihoodRequest
        {
            Key = holder.Ready.Key,
            Inputs = { new LogLikelihoodInput
            {
                Prompt = new Prompt { Text = "a" },
                Continuations = { new Continuation { Text = "bc" }, new Continuation { Text = "def" } },
            } },
        };

        var call = supervisor.Pipelines.LogLikelihoodAsync(request);
        var response = await call.ResponseAsync.InTime();

        File.Exists(supervisor.Mark("compute")).ShouldBeTrue("the worker died on the way");
        response.Results.ShouldHaveSingleItem().Continuations.Select(score => score.TokenIds.Single()).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task WorkerKilledWhileItRewards_IsAskedAgain()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-once");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var call = supervisor.Pipelines.RewardScoreAsync(
            new RewardScoreRequest { Key = holder.Ready.Key, Prompts = { new Prompt { Text = "abc" }, new Prompt { Text = "d" } } });

        var response = await call.ResponseAsync.InTime();

        File.Exists(supervisor.Mark("compute")).ShouldBeTrue("the worker died on the way");
        response.Results.Select(result => result.Score).ShouldBe([3, 1]);
    }

    [Fact]
    public async Task WorkerKilledWhileItEmbeds_IsAskedAgain()
    {
        await using var supervisor = await RealSupervisor.StartAsync("crash-once");
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();
        var call = supervisor.Pipelines.EmbedAsync(
            new EmbedRequest { Key = holder.Ready.Key, Prompts = { new Prompt { Text = "abc" }, new Prompt { Text = "d" } } });

        var response = await call.ResponseAsync.InTime();

        File.Exists(supervisor.Mark("compute")).ShouldBeTrue("the worker died on the way");
        response.Results.Select(result => result.Vector.Single()).ShouldBe([3, 1]);
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
        SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error.Code.ShouldBe(ErrorCodes.Stopped);
    }

    private static async Task DrainAsync(RealSupervisor supervisor, Holder holder, string text)
    {
        using var call = supervisor.Pipelines.Generate(holder.Ask(text));
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }
}
