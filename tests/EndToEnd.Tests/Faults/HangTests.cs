using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Faults.Streams;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Workers that stand still are replaced; those that only take their time are not.</summary>
public sealed class HangTests(ITestOutputHelper output)
{
    private const int Streams = 8;
    private const int Tokens = 150;
    private const int PromptTokens = 6000;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan HangTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestHangTimeout = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task WorkerFrozenMidStream_IsReplaced_AndNoTokenIsLost()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        await using var pipe = await Pipeline.CreateAsync(
            Repository.Boulder, new EngineConfig { Supervision = new() { HangTimeout = HangTimeout } }, supervisor);
        var stories = await Story.TellAsync(pipe, Streams, Tokens);
        var running = RunningStory.Start(pipe, stories);
        await Eventually.BeAsync(() => running.Min(story => story.Chunks), least => least > 10, "every stream to be under way", Deadline);
        var frozen = pipe.WorkerPid;

        Signals.Stop(frozen);

        foreach (var (index, story) in running.Index())
        {
            story.Story.ShouldBeToldBy(await story.Ended.WaitAsync(Deadline), $"stream {index}");
        }

        var failure = pipe.Failures.ShouldHaveSingleItem();
        failure.Kind.ShouldBe(WorkerFailureKind.Stopped);
        failure.WorkerPid.ShouldBe(frozen);
        failure.Activity.ShouldBe(WorkerActivity.Serving);
        sandbox.Workers.ShouldBe([pipe.WorkerPid], "the frozen one is gone");
    }

    [SoakFact]
    public async Task LongPrefill_IsNotTakenForAHang()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        var (whole, _) = await PrefillAsync(supervisor, TimeSpan.Zero);
        var timeout = whole / 3 > ShortestHangTimeout ? whole / 3 : ShortestHangTimeout;

        var (watched, failures) = await PrefillAsync(supervisor, timeout);

        output.WriteLine($"a step of {PromptTokens} tokens took {watched.TotalSeconds:0.0} s, with a hang timeout of {timeout.TotalSeconds:0.0} s");
        watched.ShouldBeGreaterThan(timeout, "a step that is shorter than the timeout tests nothing");
        failures.ShouldBeEmpty();
    }

    /// <summary>Lets one thread compute a long prompt in one step.</summary>
    private static async Task<(TimeSpan Time, IReadOnlyList<WorkerFailure> Failures)> PrefillAsync(Supervisor supervisor, TimeSpan hangTimeout)
    {
        var config = new EngineConfig
        {
            Supervision = new() { HangTimeout = hangTimeout }, SessionLen = 8192, AllowLongSessionLen = true, MaxPrefillTokenNum = 8192,
            Threads = 1,
        };
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, config, supervisor);
        var prompt = Prompt.FromTokenIds([.. Enumerable.Range(0, PromptTokens).Select(i => 1 + (i % 500))]);
        var watch = Stopwatch.StartNew();
        var answer = await pipe.InferAsync(prompt, new GenerationConfig { MaxNewTokens = 1 }).WaitAsync(Deadline);
        answer.InputTokenLen.ShouldBe(PromptTokens, answer.ErrorMessage);
        return (watch.Elapsed, pipe.Failures);
    }
}
