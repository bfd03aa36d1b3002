using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Many streams over HTTP while their worker is killed: no error reaches them, and no token is lost.</summary>
public sealed class StreamStormTests(ITestOutputHelper output)
{
    private const int Streams = 256;
    private const int Kills = 2;
    private const int Tokens = 48;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Kills_AreNotSeenByAnyStream()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        var expected = await Task.WhenAll(Enumerable.Range(0, 8).Select(kind => ToldStory.TellAsync(server.Http, "pebble", kind, Tokens)));
        var pieces = 0;
        var streams = Enumerable.Range(0, Streams)
            .Select(index => ToldStory.TellAsync(server.Http, "pebble", index % expected.Length, Tokens, () => Interlocked.Increment(ref pieces)))
            .ToList();
        var killed = new HashSet<int>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var due = Streams * Tokens * kill / (Kills + 2);
            await Eventually.BeAsync(() => Volatile.Read(ref pieces), seen => seen >= due, $"{due} pieces", Deadline);
            await Eventually.BeAsync(() => server.Sandbox.Workers.Except(killed).Count(), count => count > 0, "a worker to kill", Deadline);
            var worker = server.Sandbox.Workers.Except(killed).First();
            Signals.Kill(worker);
            killed.Add(worker);
        }

        var answers = await Task.WhenAll(streams).WaitAsync(Deadline);
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i].ShouldBe(expected[i % expected.Length], $"stream {i}");
        }

        var (_, listing) = await server.GetAsync("/v1/pipelines");
        var pipeline = listing.GetProperty("pipelines")[0];
        pipeline.GetProperty("restarts").GetInt32().ShouldBe(Kills);
        pipeline.GetProperty("failures").EnumerateArray().Select(failure => failure.GetProperty("kind").GetString()).ShouldBe(["killed", "killed"]);
        output.WriteLine($"{Streams} streams, {pieces} pieces, {Kills} kills");
    }
}
