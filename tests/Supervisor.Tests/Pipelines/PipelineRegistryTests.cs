using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Pipelines;

public sealed class PipelineRegistryTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Find_TakesAnIdOrAUniqueName()
    {
        var pipeline = _workshop.Registry.Open(Workshop.Spec(name: "pebble"));

        _workshop.Registry.Find("pebble", _ => true).ShouldBeSameAs(pipeline);
        _workshop.Registry.Find(pipeline.Spec.Id, _ => true).ShouldBeSameAs(pipeline);
        _workshop.Registry.FindByKey(pipeline.Spec.Key).ShouldBeSameAs(pipeline);
        await _workshop.Registry.CloseAsync(StopReason.Shutdown).InTime();
    }

    [Fact]
    public async Task Find_RefusesANameThatSeveralHave()
    {
        var first = _workshop.Registry.Open(Workshop.Spec(name: "same"));
        _workshop.Registry.Open(Workshop.Spec(name: "same"));

        var error = Should.Throw<SupervisorException>(() => _workshop.Registry.Find("same", _ => true)).Error;

        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Message.ShouldContain(first.Spec.Id);
        await _workshop.Registry.CloseAsync(StopReason.Shutdown).InTime();
    }

    [Fact]
    public void Find_SaysWhatIsNotThere()
    {
        Should.Throw<SupervisorException>(() => _workshop.Registry.Find("x", _ => true)).Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
        Should.Throw<SupervisorException>(() => _workshop.Registry.FindByKey("x")).Error.Code.ShouldBe(ErrorCodes.PipelineNotFound);
    }

    [Fact]
    public async Task CloseAsync_EndsAllAndOpensNoMore()
    {
        var pipeline = _workshop.Registry.Open(Workshop.Spec());

        await _workshop.Registry.CloseAsync(StopReason.Shutdown).InTime();

        pipeline.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        Should.Throw<SupervisorException>(() => _workshop.Registry.Open(Workshop.Spec())).Error.Code.ShouldBe(ErrorCodes.SupervisorUnavailable);
    }
}
