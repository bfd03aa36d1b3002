using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults.Streams;

/// <summary>A stream that is being read, and when its chunks came. Thread-safe.</summary>
internal sealed class RunningStory
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _arrivals = [];

    private RunningStory(Pipeline pipe, Story story)
    {
        Story = story;
        Ended = ReadAsync(pipe);
    }

    public Story Story { get; }

    /// <summary>The whole answer; fails as the stream does.</summary>
    public Task<Response> Ended { get; }

    public int Chunks
    {
        get
        {
            lock (_gate)
            {
                return _arrivals.Count;
            }
        }
    }

    public static IReadOnlyList<RunningStory> Start(Pipeline pipe, IEnumerable<Story> stories) => [.. stories.Select(story => new RunningStory(pipe, story))];

    /// <summary>When the first chunk after a moment came; null when none has.</summary>
    public TimeSpan? NextAfter(TimeSpan moment)
    {
        lock (_gate)
        {
            var next = _arrivals.FindIndex(arrival => arrival > moment);
            return next < 0 ? null : _arrivals[next];
        }
    }

    private async Task<Response> ReadAsync(Pipeline pipe)
    {
        Response? joined = null;
        await foreach (var chunk in pipe.StreamInferAsync(Story.Prompt, Story.Config))
        {
            lock (_gate)
            {
                _arrivals.Add(Clock.Now);
            }

            joined = joined?.Extend(chunk) ?? chunk;
        }

        return joined!;
    }
}
