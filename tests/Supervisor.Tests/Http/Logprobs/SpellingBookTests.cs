using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;
using ServedModel = LmDeploy.Supervisor.Serving.ServedModel;

namespace LmDeploy.Supervisor.Tests.Http.Logprobs;

public sealed class SpellingBookTests : IDisposable
{
    private readonly Workshop _workshop = new();
    private readonly CallGauge _calls;
    private readonly NamedPipelines _named;
    private readonly ServedModels _served;
    private readonly SpellingBook _book;

    public SpellingBookTests()
    {
        _calls = new CallGauge(_workshop.Options, new StopSignal(), _workshop.Time);
        _named = new NamedPipelines(new PipelineKeeper(_workshop.Registry, _calls, NullLogger<PipelineKeeper>.Instance), _workshop.Time);
        _served = new ServedModels(_named, _workshop.Time);
        _book = new SpellingBook(null!, _served); // Nothing is asked of a worker here.
    }

    public void Dispose()
    {
        _named.Dispose();
        _calls.Dispose();
        _workshop.Dispose();
    }

    [Fact]
    public void Of_IsTheSameForAModelAndAnotherForAnother()
    {
        var (a, b) = (Serve("a"), Serve("b"));
        _book.Of(a).ShouldBeSameAs(_book.Of(a));
        _book.Of(b).ShouldNotBeSameAs(_book.Of(a));
        _book.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_ModelsThatComeAndGo_KeepsThoseThatAreServed()
    {
        var stays = Serve("stays");
        var spellings = _book.Of(stays);
        for (var i = 0; i < 100; i++)
        {
            var model = Serve($"model {i}");
            _book.Of(model);
            await _served.UnloadAsync(model, TimeSpan.Zero, forgets: true);
            _book.Count.ShouldBeLessThanOrEqualTo(2);
        }

        _book.Of(stays).ShouldBeSameAs(spellings);
    }

    private ServedModel Serve(string name)
    {
        var model = new ServedModel(new OpenPipeline { Model = "/models/m", Name = name, Engine = new EngineConfig { Device = "cpu" } }, [], Replicas: 1, Ttl: TimeSpan.Zero, IsPinned: false);
        _served.Add(model);
        return model;
    }
}
