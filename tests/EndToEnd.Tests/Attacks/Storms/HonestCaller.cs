using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>A caller who has one story after the other told, and compares each with how it was told in calm weather.</summary>
internal sealed class HonestCaller(
    Server server, Chance chance, IReadOnlyDictionary<(string Model, int Kind), ToldStory> expected, int tokens) : Attack(server, chance)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http = new() { BaseAddress = server.Address, Timeout = Patience };
    private readonly List<(string Model, int Kind)> _stories = [.. expected.Keys];

    /// <summary>The longest time between two pieces of a story, or before the first.</summary>
    public TimeSpan LongestPause { get; private set; }

    protected override string Name => "exact streams";

    protected override async Task StrikeAsync(CancellationToken end)
    {
        var story = _stories[Chance.Below(_stories.Count)];
        var last = Stopwatch.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience);
        var told = await ToldStory.TellAsync(_http, story.Model, story.Kind, tokens, OnPiece, patience.Token);
        told.ShouldBe(expected[story], $"{story} after {Count} others");

        void OnPiece()
        {
            var now = Stopwatch.GetTimestamp();
            var pause = Stopwatch.GetElapsedTime(last, now);
            LongestPause = pause > LongestPause ? pause : LongestPause;
            last = now;
        }
    }
}
