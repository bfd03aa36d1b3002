using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Opens one pipeline after the other on fake workers and ends each in a way that chance decides. Wrong answers and untyped errors fail it.</summary>
internal sealed class StormyClient(Supervisor supervisor, Sandbox sandbox, Chance chance)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(400);

    private static readonly string[] Expected = ["cancelled", "disposed", "worker_crashed", "worker_start_failed", "stopped", "pipeline_not_found"];

    /// <summary>How many pipelines it asked for.</summary>
    public int Rounds { get; private set; }

    /// <summary>What it was told that was no answer, by code.</summary>
    public List<string> Told { get; } = [];

    public async Task RunAsync(TimeSpan end)
    {
        while (Clock.Now < end)
        {
            Rounds++;
            var code = await TryAsync().WaitAsync(Deadline);
            if (code is not null)
            {
                Expected.ShouldContain(code);
                Told.Add(code);
            }
        }
    }

    private async Task<string?> TryAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource();
            if (chance.Below(4) == 0)
            {
                patience.CancelAfter(chance.Below(400));
            }

            await using var pipe = await Pipeline.CreateAsync(
                Repository.Pebble, new EngineConfig { Supervision = new() { MaxRestarts = chance.Below(3) } }, supervisor, cancellationToken: patience.Token);
            await LiveAsync(pipe, patience.Token);
            return null;
        }
        catch (LmDeployException e)
        {
            return e.Code;
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
        catch (ObjectDisposedException)
        {
            return "disposed";
        }
    }

    private async Task LiveAsync(Pipeline pipe, CancellationToken patience)
    {
        for (var deeds = chance.Below(5); deeds > 0; deeds--)
        {
            switch (chance.Below(6))
            {
                case 0:
                    KillAnyWorker();
                    break;
                case 1:
                    Signals.TrySend(pipe.WorkerPid, 9);
                    break;
                case 2:
                    await supervisor.StopPipelineAsync(pipe.Id, patience);
                    break;
                case 3:
                    var closing = pipe.CloseAsync(patience);
                    await AskAsync(pipe, patience);
                    await closing;
                    break;
                case 4:
                    await chance.PauseAsync(Moment);
                    break;
                default:
                    await AskAsync(pipe, patience);
                    break;
            }
        }
    }

    /// <summary>One of any client's, which may be starting or stopping.</summary>
    private void KillAnyWorker()
    {
        var workers = sandbox.Workers;
        if (workers.Count > 0)
        {
            Signals.TrySend(workers[chance.Below(workers.Count)], 9);
        }
    }

    private static async Task AskAsync(Pipeline pipe, CancellationToken patience)
    {
        var answers = await pipe.InferAsync(["a b c", "d e"], cancellationToken: patience);
        answers.Select(answer => answer.Text).ShouldBe(["abc", "de"]);
    }
}
