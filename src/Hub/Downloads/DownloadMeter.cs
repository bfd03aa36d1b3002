namespace LmDeploy.Hub.Downloads;

/// <summary>Counts what comes and tells it, at most ten times a second. Thread-safe; the listener is called by one thread at a time.</summary>
internal sealed class DownloadMeter(string model, long total, long done, IProgress<DownloadProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<(long Time, long Bytes)> _samples = new([(time.GetTimestamp(), done)]);
    private long _bytes = done;
    private long _told = time.GetTimestamp();

    /// <param name="bytes">Bytes that came; less than none where they have to come again.</param>
    public void Add(long bytes)
    {
        lock (_lock)
        {
            _bytes += bytes;
            if (time.GetElapsedTime(_told) >= _interval)
            {
                Tell();
            }
        }
    }

    /// <summary>Tells how far it is, whenever it was told last.</summary>
    public void Report()
    {
        lock (_lock)
        {
            Tell();
        }
    }

    private void Tell()
    {
        _told = time.GetTimestamp();
        _samples.Enqueue((_told, _bytes));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().Time, _told) > _window)
        {
            _samples.Dequeue();
        }

        var (since, from) = _samples.Peek();
        var seconds = time.GetElapsedTime(since, _told).TotalSeconds;
        progress?.Report(new DownloadProgress
        {
            Model = model, DownloadedBytes = _bytes, TotalBytes = total, BytesPerSecond = seconds > 0 ? Math.Max(0, (_bytes - from) / seconds) : 0,
        });
    }
}
