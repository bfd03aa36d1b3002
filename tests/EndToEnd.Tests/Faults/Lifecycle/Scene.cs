using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults.Lifecycle;

/// <summary>Brings a pipeline to a moment of its life, lets something happen there, and lets it go on to its end.</summary>
internal sealed class Scene(Sandbox sandbox, Supervisor supervisor)
{
    private const string Question = "What is 17 + 25?";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly GenerationConfig LongAnswer = new() { MaxNewTokens = 800, IgnoreEos = true, Logprobs = 1 };

    /// <summary>Long enough to be met while it is computed.</summary>
    private static readonly Prompt LongPrompt = Prompt.FromTokenIds([.. Enumerable.Range(0, 3000).Select(i => 1 + (i % 500))]);

    /// <summary>Plays a pipeline's whole life. What it answers is checked.</summary>
    /// <param name="moment">When the strike falls.</param>
    /// <param name="strike">Gets the worker's process.</param>
    /// <param name="config">How the model is run.</param>
    /// <returns>How its workers ended that nobody told to, and the receipt.</returns>
    /// <exception cref="LmDeployException">What its client was told, when it did not survive.</exception>
    public async Task<(IReadOnlyList<WorkerFailure> Failures, ReclaimReceipt Receipt)> PlayAsync(
        Moment moment, Func<int, Task> strike, EngineConfig? config = null)
    {
        var engine = (config ?? new EngineConfig()) with { SessionLen = 8192, AllowLongSessionLen = true };
        var pipe = await CreateAsync(moment, strike, engine).WaitAsync(Deadline);
        await using (pipe)
        {
            await RunAsync(pipe, moment, strike).WaitAsync(Deadline);
            (await pipe.InferAsync(Question).WaitAsync(Deadline)).Text.ShouldBe("42");
            var pid = pipe.WorkerPid;
            var closing = pipe.CloseAsync();
            if (moment == Moment.Stopping)
            {
                await strike(pid);
            }

            // Only after the receipt is every failure known: an answer may overtake the news of what it survived.
            var receipt = await closing.WaitAsync(Deadline);
            return (pipe.Failures, receipt);
        }
    }

    private async Task<Pipeline> CreateAsync(Moment moment, Func<int, Task> strike, EngineConfig engine)
    {
        var loading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var creating = Pipeline.CreateAsync(
            Repository.Boulder, engine, supervisor, new Stages(stage => _ = stage == LoadStage.Loading && loading.TrySetResult()));
        if (moment <= Moment.Loading)
        {
            await Eventually.BeAsync(() => sandbox.Workers.Count, count => count == 1, "the worker to be spawned", Deadline);
            var worker = sandbox.Workers.Single();
            if (moment == Moment.Handshaking)
            {
                await Eventually.BeAsync(
                    () => sandbox.MeetingPlaces.Any(place => File.Exists(Path.Combine(place, "worker.sock"))), seen => seen, "the worker's socket", Deadline);
            }
            else if (moment == Moment.Loading && await Task.WhenAny(loading.Task, creating) == creating)
            {
                // Only the latest stage is told, and this load was over before its own was: once more.
                await (await creating).CloseAsync();
                return await CreateAsync(moment, strike, engine);
            }

            await strike(worker);
        }

        var pipe = await creating;
        if (moment != Moment.Loading)
        {
            return pipe;
        }

        // On a machine that is busy a load can end between its sight and the strike: once more.
        await pipe.CloseAsync();
        return await CreateAsync(moment, strike, engine);
    }

    private async Task RunAsync(Pipeline pipe, Moment moment, Func<int, Task> strike)
    {
        if (moment is Moment.Idle)
        {
            await strike(pipe.WorkerPid);
            return;
        }

        if (moment is not (Moment.Prefilling or Moment.Streaming))
        {
            return;
        }

        var prompt = moment == Moment.Prefilling ? LongPrompt : Prompt.FromText("Tell me a story about a fox.");
        var undisturbed = await pipe.InferAsync(prompt, LongAnswer);
        var after = moment == Moment.Prefilling ? 0 : 20;
        var pieces = pipe.StreamInferAsync(prompt, LongAnswer).GetAsyncEnumerator();
        var next = pieces.MoveNextAsync().AsTask();
        Response? joined = null;
        for (var chunks = 0; ; chunks++)
        {
            if (chunks == after)
            {
                if (moment == Moment.Prefilling)
                {
                    await Eventually.BeAsync(
                        () => supervisor.ListPipelines().Single().RunningRequests, running => running == 1, "the request to run", Deadline);
                    next.IsCompleted.ShouldBeFalse("a prompt that is computed already is not met while it is");
                }

                await strike(pipe.WorkerPid);
            }

            if (!await next)
            {
                break;
            }

            joined = joined?.Extend(pieces.Current) ?? pieces.Current;
            next = pieces.MoveNextAsync().AsTask();
        }

        await pieces.DisposeAsync();
        joined!.TokenIds.ShouldBe(undisturbed.TokenIds);
        joined.Text.ShouldBe(undisturbed.Text);
    }

    private sealed class Stages(Action<LoadStage> reached) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => reached(value.Stage);
    }
}
