using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Requests;

public sealed class TrialTests : IDisposable
{
    private const int Fault = 139; // SIGSEGV
    private const int FromOutside = 137; // SIGKILL

    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData(Fault, true)]
    [InlineData(FromOutside, false)]
    public async Task WorkerOnProbationThatDies_PoisonsTheRequest_UnlessItWasKilledFromOutside(int exitCode, bool isGuilty)
    {
        var pipeline = await _workshop.OpenReadyAsync(maxRestarts: 5);
        using var scope = pipeline.Enter();
        var serving = _workshop.Process;

        var running = TrialOf(pipeline, scope).RunAsync(
            worker => DieAsync(worker, exitCode), _ => throw new InvalidOperationException("nobody else was there"), CancellationToken.None);
        await _workshop.LoadAgainAsync(starts: 2);
        var guilt = await running.InTime();

        (guilt is not null).ShouldBe(isGuilty);
        serving.Exited.IsCompleted.ShouldBeFalse("the worker of the others is left alone");
        await EndAsync(pipeline);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WithoutRoomForAWorkerOnProbation_TheAccusationDecides(bool isAccused)
    {
        var pipeline = await _workshop.OpenReadyAsync(maxRestarts: 5);
        using var scope = pipeline.Enter();
        _workshop.StartFailure = new SupervisorException(ErrorCodes.InsufficientMemory, "there is no room");

        var guilt = await TrialOf(pipeline, scope).RunAsync(
            worker =>
            {
                worker.ShouldBeSameAs(pipeline.Worker);
                _workshop.StartFailure = null; // There is for another one in place of this one.
                return DieAsync(worker, Fault);
            },
            _ => isAccused,
            CancellationToken.None).InTime();

        (guilt is not null).ShouldBe(isAccused);
        await EndAsync(pipeline);
    }

    [Fact]
    public async Task AttemptThatFails_WhileItsWorkerLives_IsTheCallers()
    {
        var pipeline = await _workshop.OpenReadyAsync(maxRestarts: 5);
        using var scope = pipeline.Enter();
        var refusal = ErrorDetails.ToException(new Error { Code = ErrorCodes.InvalidRequest, Message = "no such thing" }, StatusCode.InvalidArgument);

        var running = TrialOf(pipeline, scope).RunAsync(_ => Task.FromException(refusal), _ => true, CancellationToken.None);
        await _workshop.LoadAgainAsync(starts: 2);

        (await Should.ThrowAsync<SupervisorException>(running.InTime())).Error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        await EndAsync(pipeline);
    }

    private static Task DieAsync(WorkerInstance worker, int exitCode)
    {
        ((FakeWorkerProcess)worker.Process).Exit(exitCode);
        return Task.FromException(new IOException("the call broke"));
    }

    private static async Task EndAsync(Pipeline pipeline)
    {
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
    }

    private Trial TrialOf(Pipeline pipeline, RequestScope scope) => new(pipeline, scope, new CallFailures(_workshop.Options, _workshop.Time));
}
