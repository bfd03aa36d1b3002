using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Hosting;

public sealed class NamedPipelineTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private Supervisor _supervisor = null!;

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
    public async Task LoadPipelineAsync_SaysWhatToLoadAndHowToKeepIt()
    {
        LoadPipelineRequest? asked = null;
        _fake.OnLoadPipeline = request =>
        {
            asked = request;
            return new V1.PipelineInfo
            {
                Id = "n1",
                Name = "chat",
                State = V1.PipelineState.Ready,
                PromisedBytes = 9,
                Named = true,
                Pinned = true,
                Ttl = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)),
                Idle = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)),
            };
        };

        var info = await _supervisor.LoadPipelineAsync(
            "/models/cobble", new EngineConfig { Name = "chat", SessionLen = 77 }, new NamedPipelineOptions
            {
                Ttl = TimeSpan.FromMinutes(1),
                Pinned = true,
            }).InTime();

        asked.ShouldNotBeNull().Open.Model.ShouldBe(Path.GetFullPath("/models/cobble"));
        asked.Open.Name.ShouldBe("chat");
        asked.Open.Engine.SessionLen.ShouldBe(77);
        asked.Ttl.ToTimeSpan().ShouldBe(TimeSpan.FromMinutes(1));
        asked.Pinned.ShouldBeTrue();
        (info.PromisedBytes, info.IsNamed, info.IsPinned, info.Ttl, info.IdleTime)
            .ShouldBe((9, true, true, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1.5)));
    }

    [Fact]
    public async Task LoadPipelineAsync_ThrowsWhatTheSupervisorSays()
    {
        _fake.OnLoadPipeline = _ => throw FakeSupervisor.Fail(ErrorCodes.InsufficientMemory, "no room", "/m");

        var failure = await Should.ThrowAsync<ModelLoadException>(_supervisor.LoadPipelineAsync("m").InTime());

        (failure.Code, failure.Message, failure.Subject).ShouldBe((ErrorCodes.InsufficientMemory, "no room", "/m"));
    }

    [Fact]
    public async Task UnloadPipelineAsync_ReturnsTheReceipt()
    {
        UnloadPipelineRequest? asked = null;
        _fake.OnUnloadPipeline = request =>
        {
            asked = request;
            return new V1.ReclaimReceipt { Verdict = V1.ReclaimVerdict.Reclaimed, ReclaimedBytes = 12 };
        };

        (await _supervisor.UnloadPipelineAsync("chat", TimeSpan.FromSeconds(2)).InTime()).ReclaimedBytes.ShouldBe(12);

        asked.ShouldNotBeNull().Name.ShouldBe("chat");
        asked.DrainTimeout.ToTimeSpan().ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task UnloadPipelineAsync_OfAnUnknownNameSaysSo() =>
        (await Should.ThrowAsync<PipelineFailedException>(_supervisor.UnloadPipelineAsync("x").InTime())).Code.ShouldBe(ErrorCodes.PipelineNotFound);

    [Fact]
    public void Options_AreCheckedWhereTheyAreMade()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new NamedPipelineOptions { Ttl = TimeSpan.FromSeconds(-1) });
        Should.Throw<ArgumentOutOfRangeException>(() => new NamedPipelineOptions { Ttl = TimeSpan.FromDays(31) });
        Should.Throw<ArgumentOutOfRangeException>(() => _supervisor.UnloadPipeline("x", TimeSpan.FromDays(2)));
    }
}
