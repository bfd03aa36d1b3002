using LmDeploy.V1;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LmDeploy.Client.Tests.DependencyInjection;

/// <summary>Hosts whose supervisor is a fake.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;

    public async ValueTask InitializeAsync() => _fake = await FakeSupervisor.StartAsync();

    public async ValueTask DisposeAsync() => await _fake.DisposeAsync();

    [Fact]
    public async Task Start_LoadsAndStopCloses()
    {
        using var host = Build(builder => builder.AddPipeline("a", WithModel).AddPipeline("b", WithModel));
        Should.Throw<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<Pipeline>("a")).Message.ShouldContain("\"a\" is not loaded yet");
        var chat = host.Services.GetRequiredKeyedService<IChatClient>("a");
        await Should.ThrowAsync<InvalidOperationException>(() => chat.GetResponseAsync("hello"));
        _fake.Opened.ShouldBeEmpty();

        await host.StartAsync().InTime();

        _fake.Opened.Select(open => open.Name).ShouldBe(["a", "b"]);
        var pipeline = host.Services.GetRequiredKeyedService<Pipeline>("a");
        (await pipeline.InferAsync("hello").InTime()).Text.ShouldBe("hello");
        (await chat.GetResponseAsync("hello").InTime()).ModelId.ShouldBe("a");
        chat.GetService<Pipeline>().ShouldBeSameAs(pipeline);
        var vectors = await host.Services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("b").GenerateAsync(["ab"]).InTime();
        vectors.Single().Vector.Length.ShouldBe(2);

        await host.StopAsync().InTime();

        _fake.Released.ShouldBe(2);
        pipeline.Receipt.ShouldNotBeNull();
        (await Should.ThrowAsync<ObjectDisposedException>(() => chat.GetResponseAsync("hello"))).Message.ShouldContain("\"a\" was closed with its host");
    }

    [Fact]
    public async Task Start_FailsWithTheErrorOfTheModelAndClosesTheOthers()
    {
        _fake.OnHold = holding => holding.Open.Name == "bad" ? holding.FailAsync(ErrorCodes.ModelNotFound, "There is no such folder.") : HoldAsync(holding);
        using var host = Build(builder => builder.AddPipeline("good", WithModel).AddPipeline("bad", WithModel));

        (await Should.ThrowAsync<ModelLoadException>(() => host.StartAsync().InTime())).Code.ShouldBe("model_not_found");

        _fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task Start_ThatIsGivenUpLeavesNothing()
    {
        var loading = new TaskCompletionSource();
        var over = new TaskCompletionSource();
        _fake.OnHold = async holding =>
        {
            loading.SetResult();
            await holding.WaitForHalfCloseAsync();
            over.SetResult();
        };
        using var host = Build(builder => builder.AddPipeline("slow", WithModel));
        using var stopped = new CancellationTokenSource();
        var starting = host.StartAsync(stopped.Token);
        await loading.Task.InTime();

        await stopped.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => starting.InTime());
        await over.Task.InTime();
    }

    [Fact]
    public async Task FirstUse_LoadsOnceAndAFailedLoadIsTriedAgain()
    {
        var fails = true;
        _fake.OnHold = holding => fails ? holding.FailAsync(ErrorCodes.ModelNotFound, "Not mounted yet.") : HoldAsync(holding);
        using var host = Build(builder => builder.AddPipeline("a", WithModel), options => options.LoadAtStart = false);
        await host.StartAsync().InTime();
        _fake.Opened.ShouldBeEmpty();
        var chat = host.Services.GetRequiredKeyedService<IChatClient>("a");
        await Should.ThrowAsync<ModelLoadException>(() => chat.GetResponseAsync("hello").InTime());
        (await CheckAsync(host, "lmdeploy-a")).Description.ShouldBe("Not mounted yet.");

        fails = false;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => chat.GetResponseAsync("hello"))).InTime();

        _fake.Opened.Count.ShouldBe(2);
        host.Services.GetRequiredKeyedService<Pipeline>("a").ShouldBeSameAs(chat.GetService<Pipeline>());
        await host.StopAsync().InTime();
        _fake.Released.ShouldBe(1);
    }

    [Fact]
    public async Task HealthChecks_FollowThePipeline()
    {
        var failing = new TaskCompletionSource();
        _fake.OnHold = async holding =>
        {
            await holding.BecomeReadyAsync();
            await failing.Task;
            await holding.FailAsync(ErrorCodes.WorkerCrashed, "The worker died of SIGSEGV.");
            await holding.WaitForHalfCloseAsync();
        };
        var state = V1.PipelineState.Ready;
        var death = new Error
        {
            Failure = new V1.WorkerFailure { Kind = V1.WorkerFailureKind.Crashed, WorkerPid = 4711, Signal = "SIGSEGV", During = V1.WorkerActivity.Serving },
        };
        _fake.OnListPipelines = () => new() { Pipelines = { new V1.PipelineInfo { Id = "p1", State = state, Failures = { death.Failure } } } };
        using var host = Build(builder => builder.AddPipeline("a", WithModel));
        (await CheckAsync(host, "lmdeploy-a")).Status.ShouldBe(HealthStatus.Unhealthy);
        await host.StartAsync().InTime();
        (await CheckAsync(host, "lmdeploy")).Status.ShouldBe(HealthStatus.Healthy);
        (await CheckAsync(host, "lmdeploy-a")).Status.ShouldBe(HealthStatus.Healthy);

        state = V1.PipelineState.Restarting;
        var degraded = await CheckAsync(host, "lmdeploy-a");
        degraded.Status.ShouldBe(HealthStatus.Degraded);
        degraded.Description.ShouldNotBeNull().ShouldContain("Worker 4711 ended while serving");
        degraded.Description.ShouldContain("Crashed, SIGSEGV");
        state = V1.PipelineState.Quarantined;
        (await CheckAsync(host, "lmdeploy-a")).Status.ShouldBe(HealthStatus.Unhealthy);

        failing.SetResult();
        var failed = new TaskCompletionSource();
        var pipeline = host.Services.GetRequiredKeyedService<Pipeline>("a");
        using var registered = pipeline.Ended.Register(failed.SetResult);
        await failed.Task.InTime();
        (await CheckAsync(host, "lmdeploy-a")).Description.ShouldBe("The worker died of SIGSEGV.");
        await _fake.DieAsync();
        (await CheckAsync(host, "lmdeploy")).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    private static async Task HoldAsync(Holding holding)
    {
        await holding.BecomeReadyAsync();
        await holding.WaitForHalfCloseAsync();
        await holding.ReleaseAsync();
    }

    private static void WithModel(LmDeployPipelineOptions options) => options.Model = "model";

    private static async Task<HealthReportEntry> CheckAsync(IHost host, string name)
        => (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == name).InTime()).Entries[name];

    private IHost Build(Action<LmDeployClientBuilder> add, Action<LmDeployClientOptions>? configure = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        add(builder.Services.AddLmDeployClient(options =>
        {
            options.SocketPath = _fake.SocketPath;
            configure?.Invoke(options);
        }));
        builder.Services.AddHealthChecks().AddLmDeploySupervisor().AddLmDeployPipeline("a");
        return builder.Build();
    }
}
