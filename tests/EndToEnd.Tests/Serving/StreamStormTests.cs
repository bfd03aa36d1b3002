using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using Xunit.Abstractions;

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
        var expected = await Task.WhenAll(Enumerable.Range(0, 8).Select(kind => TellAsync(server, kind, _ => { })));
        var pieces = 0;
        var streams = Enumerable.Range(0, Streams).Select(index => TellAsync(server, index % expected.Length, _ => Interlocked.Increment(ref pieces))).ToList();
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

    /// <summary>One stream from beginning to end: its text, its log-probabilities' tokens, and how it ended.</summary>
    private static async Task<(string Text, string Reason, int Tokens)> TellAsync(Server server, int kind, Action<JsonElement> onPiece)
    {
        var body = JsonSerializer.Serialize(new
        {
            model = "pebble",
            messages = new[] { new { role = "user", content = $"Story number {kind}" } },
            temperature = kind % 2,
            seed = 100 + kind,
            max_tokens = Tokens,
            ignore_eos = true,
            stream = true,
            stream_options = new { include_usage = true },
        });
        var (text, reason, tokens) = ("", "", 0);
        await foreach (var piece in EventReader.StreamAsync(server.Http, "/v1/chat/completions", body))
        {
            piece.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
            if (piece.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
            {
                tokens = usage.GetProperty("completion_tokens").GetInt32();
                continue;
            }

            var choice = piece.GetProperty("choices")[0];
            text += choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "";
            reason = choice.GetProperty("finish_reason").GetString() ?? reason;
            onPiece(piece);
        }

        return (text, reason, tokens);
    }
}
