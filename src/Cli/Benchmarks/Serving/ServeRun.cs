namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>Sends requests and notes when their tokens come.</summary>
internal sealed class ServeRun(ITokenSource source, TimeProvider time)
{
    /// <summary>
    /// Sends each as soon as fewer than <paramref name="concurrency"/> run and, where there are arrivals, its time has come; its times count from then on.
    /// </summary>
    /// <param name="arrivals">When each is sent, since the beginning; null for as soon as possible.</param>
    public async Task<ServeFigures> RunAsync(
        IReadOnlyList<ServeRequest> requests, int concurrency, IReadOnlyList<TimeSpan>? arrivals, CancellationToken cancellationToken)
    {
        // Not disposed: requests that a cancelled run leaves behind still give back their places.
        var room = new SemaphoreSlim(concurrency);
        var started = time.GetTimestamp();
        var running = new List<Task<RequestTimes>>(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            TimeSpan? due = arrivals?[i];
            if (due - time.GetElapsedTime(started) is { } wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            await room.WaitAsync(cancellationToken);
            running.Add(AskAsync(requests[i], started, due ?? time.GetElapsedTime(started), room, cancellationToken));
        }

        var times = await Task.WhenAll(running);
        return ServeFigures.Of(concurrency, time.GetElapsedTime(started), [.. requests.Zip(times)]);
    }

    private async Task<RequestTimes> AskAsync(ServeRequest request, long started, TimeSpan sent, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        var times = new RequestTimes();
        try
        {
            await foreach (var tokens in source.AskAsync(request, cancellationToken))
            {
                times.Add((time.GetElapsedTime(started) - sent).TotalMilliseconds, tokens);
            }
        }
        catch (LmDeployException e)
        {
            times.Failure = e;
        }
        finally
        {
            room.Release();
        }

        return times;
    }
}
