using LmDeploy.EndToEnd.Tests.Faults.Streams;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Workers that are killed again and again while streams run: no token is lost, doubled or changed. How long they paused is printed.</summary>
public sealed class KillStormTests(ITestOutputHelper output)
{
    private const int Streams = 8;
    private const int Tokens = 400;
    private const int ChunksBetweenKills = 60;

    /// <summary>One kill in so many is followed by another while the replacement starts or loads.</summary>
    private const int DoubleKills = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(1);

    private readonly Figures _pauses = new("from the last kill, the longest time without a chunk of 8 streams");
    private readonly Figures _loads = new("from the start of the worker that took its place to ready");
    private readonly Figures _excess = new("the one without the other");

    private int _late;

    [Fact]
    public async Task Kills_CostNoTokenOfAnyStream()
    {
        var kills = Soak.Pick(12, 200);
        var chance = new Chance(output);
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, new EngineConfig { Supervision = new() { MaxRestarts = 1000 } }, supervisor);
        var stories = await Story.TellAsync(pipe, Streams, Tokens);
        var killed = new HashSet<int>();
        while (killed.Count < kills)
        {
            var running = RunningStory.Start(pipe, stories);
            while (killed.Count < kills && await GoOnAsync(running))
            {
                await KillAsync(sandbox, pipe, running, killed, chance);
            }

            foreach (var (index, story) in running.Index())
            {
                story.Story.ShouldBeToldBy(await story.Ended.WaitAsync(Deadline), $"stream {index} after {killed.Count} kills");
            }
        }

        pipe.Failures.Select(failure => failure.Kind).Distinct().ShouldBe([WorkerFailureKind.Killed]);
        var receipt = await pipe.CloseAsync();
        receipt.Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        killed.ShouldNotContain(receipt.WorkerPid);
        output.WriteLine(
            $"{killed.Count} kills, {_late} pauses longer than the load and {Allowance}; load average {Machine.LoadAverage}\n{_pauses}\n{_loads}\n{_excess}");
    }

    /// <summary>Waits until the streams have come further; false when they are over before that.</summary>
    private static async Task<bool> GoOnAsync(IReadOnlyList<RunningStory> running)
    {
        var seen = Chunks(running);
        await Eventually.BeAsync(
            () => Chunks(running), now => now > seen + ChunksBetweenKills || running.All(story => story.Ended.IsCompleted), "the streams to go on", Deadline);
        return running.Any(story => !story.Ended.IsCompleted);
    }

    private async Task KillAsync(Sandbox sandbox, Pipeline pipe, IReadOnlyList<RunningStory> running, HashSet<int> killed, Chance chance)
    {
        var worker = pipe.WorkerPid;
        Signals.Kill(worker);
        killed.Add(worker);
        if (chance.Below(DoubleKills) == 0)
        {
            await Eventually.BeAsync(() => sandbox.Workers.Except(killed).Count(), count => count == 1, "the replacement to start", Deadline);
            await chance.PauseAsync(LongestLoad);
            worker = sandbox.Workers.Except(killed).Single();
            Signals.Kill(worker);
            killed.Add(worker);
        }

        var when = Clock.Now;
        await Eventually.BeAsync(() => pipe.WorkerPid, pid => !killed.Contains(pid), "word of the replacement", Deadline);
        var ready = Clock.Now;
        var load = ready - ProcessTable.StartOf(pipe.WorkerPid);
        await Eventually.BeAsync(
            () => running.Count(story => !story.Ended.IsCompleted && !story.HasChunkAfter(ready)), silent => silent == 0, "every stream to go on", Deadline);
        var pause = running.Max(story => story.LongestPauseSince(when));
        _pauses.Add(pause);
        _loads.Add(load);
        _excess.Add(pause - load);
        if (pause - load > Allowance)
        {
            _late++;
            output.WriteLine($"kill {killed.Count}: the streams paused for {pause}, of which the load took {load}");
        }
    }

    private static int Chunks(IEnumerable<RunningStory> running) => running.Sum(story => story.Chunks);
}
