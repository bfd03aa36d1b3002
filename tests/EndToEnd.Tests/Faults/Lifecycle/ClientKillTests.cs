using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults.Lifecycle;

/// <summary>
/// SIGKILL and SIGSTOP of a client at each moment of its worker's life: the worker goes, the supervisor goes on, and a client that only paused loses nothing.
/// </summary>
public sealed class ClientKillTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Sandbox _sandbox = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _sandbox.DisposeAsync();

    [Theory]
    [SoakData(Moment.Spawned)]
    [InlineData(Moment.Handshaking)]
    [SoakData(Moment.Loading)]
    [SoakData(Moment.Prefilling)]
    [InlineData(Moment.Streaming)]
    public async Task ClientKilled_LosesItsWorker_AndTheNextIsServed(Moment moment)
    {
        using var client = Start(moment);
        await ReachAsync(moment, client);

        client.Kill();

        await client.WaitForExitAsync().WaitAsync(Deadline);
        await Eventually.BeAsync(() => _sandbox.Workers.Count, count => count == 0, "the worker of the killed client to go", Deadline);
        var next = await Command.RunAsync(_sandbox, "run", Repository.Boulder, "What is 17 + 25?");
        next.Output.Trim().ShouldBe("42", next.Errors);
    }

    [Fact]
    public async Task ClientKilledBeforeItsWorkerStarts_LeavesNothing()
    {
        using var client = Start(Moment.Streaming);
        await Eventually.BeAsync(() => _sandbox.Supervisors.Count, count => count == 1, "the supervisor to start", Deadline);

        client.Kill();

        await client.WaitForExitAsync().WaitAsync(Deadline);
        await Eventually.BeAsync(() => string.Join("; ", _sandbox.Processes.Values), seen => seen.Length == 0, "the supervisor to leave, idle", Deadline);
    }

    [Theory]
    [InlineData(Moment.Spawned)]
    [SoakData(Moment.Loading)]
    public async Task ClientFrozenForAMoment_IsStillAnswered(Moment moment)
    {
        using var client = Command.Start(_sandbox, "run", Repository.Boulder, "What is 17 + 25?");
        await ReachAsync(moment, client);

        Signals.Stop(client.Id);
        await Task.Delay(Pause);
        Signals.Continue(client.Id);

        (await client.StandardOutput.ReadToEndAsync().WaitAsync(Deadline)).Trim().ShouldBe("42");
        await client.WaitForExitAsync().WaitAsync(Deadline);
        client.ExitCode.ShouldBe(0);
    }

    private Process Start(Moment moment) => Command.Start(
        _sandbox,
        "run",
        Repository.Boulder,
        moment == Moment.Prefilling ? string.Concat(Enumerable.Repeat("Tell me a story about a fox. ", 1500)) : "Tell me a story about a fox.",
        "--session-len",
        "65536",
        "--allow-long-session-len",
        "--max-new-tokens",
        "30000",
        "--ignore-eos");

    private async Task ReachAsync(Moment moment, Process client)
    {
        await Eventually.BeAsync(() => _sandbox.Workers.Count, count => count == 1, "the worker to be spawned", Deadline);
        switch (moment)
        {
            case Moment.Handshaking:
                await Eventually.BeAsync(
                    () => _sandbox.MeetingPlaces.Any(place => File.Exists(Path.Combine(place, "worker.sock"))), seen => seen, "the worker's socket", Deadline);
                break;
            case Moment.Loading:
                await StateAsync(PipelineState.Loading, running: 0);
                break;
            case Moment.Prefilling:
                await StateAsync(PipelineState.Ready, running: 1);
                break;
            case Moment.Streaming:
                await client.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);
                break;
            default:
                break;
        }
    }

    private async Task StateAsync(PipelineState state, int running)
    {
        await using var supervisor = Supervisor.At(Directory.GetFiles(_sandbox.Folder, "s-*.sock").Single());
        await Eventually.BeAsync(
            () => supervisor.ListPipelines().Single(),
            pipeline => pipeline.State == state && pipeline.RunningRequests == running,
            $"the pipeline to be {state}",
            Deadline);
    }
}
