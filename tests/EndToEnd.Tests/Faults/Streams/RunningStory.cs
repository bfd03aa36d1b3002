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

    public bool HasChunkAfter(TimeSpan moment)
    {
        lock (_gate)
        {
            return _arrivals.Count > 0 && _arrivals[^1] > moment;
        }
    }

    /// <summary>The longest time without a chunk between a moment and the latest chunk.</summary>
    public TimeSpan LongestPauseSince(TimeSpan moment)
    {
        lock (_gate)
        {
            var arrivals = _arrivals.Where(arrival => arrival > moment).ToList();
            return arrivals.Zip(arrivals.Prepend(moment), (chunk, before) => chunk - before).DefaultIfEmpty().Max();
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
