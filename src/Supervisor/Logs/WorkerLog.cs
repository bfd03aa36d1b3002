using System.Runtime.CompilerServices;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Logs;

/// <summary>The last lines that a worker printed. Thread-safe; adding never waits for readers.</summary>
internal sealed class WorkerLog(TimeProvider time, int capacity = WorkerLog.DefaultCapacity)
{
    /// <summary>How many lines are kept.</summary>
    public const int DefaultCapacity = 1000;

    private readonly Lock _gate = new();
    private readonly LogLine[] _lines = new LogLine[capacity];
    private long _count;
    private bool _completed;
    private TaskCompletionSource _changed = NewSignal();

    public void Add(LogSource source, string text)
    {
        var line = new LogLine { Time = Timestamp.FromDateTimeOffset(time.GetUtcNow()), Source = source, Text = text };
        lock (_gate)
        {
            _lines[_count++ % _lines.Length] = line;
            Wake();
        }
    }

    /// <summary>Says that nothing more will come: readers that follow end.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Wake();
        }
    }

    /// <summary>The last lines of one source, oldest first.</summary>
    public IReadOnlyList<string> Last(int count, LogSource source)
    {
        lock (_gate)
        {
            var kept = Enumerable.Range(0, (int)Math.Min(_count, _lines.Length)).Select(back => _lines[(_count - 1 - back) % _lines.Length]);
            return [.. kept.Where(line => line.Source == source).Take(count).Reverse().Select(line => line.Text)];
        }
    }

    /// <summary>The last lines, oldest first; with <paramref name="follow"/> also those that come, until the worker has ended.</summary>
    /// <param name="last">How many of the lines that are kept; null for all.</param>
    /// <remarks>A reader that is slower than the worker prints skips the lines that were dropped meanwhile.</remarks>
    public async IAsyncEnumerable<LogLine> ReadAsync(int? last, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long next;
        lock (_gate)
        {
            next = Math.Max(0, _count - Math.Min(last ?? _lines.Length, _lines.Length));
        }

        while (true)
        {
            LogLine[] lines;
            Task changed;
            bool completed;
            lock (_gate)
            {
                next = Math.Max(next, _count - _lines.Length);
                lines = new LogLine[_count - next];
                for (var i = 0; i < lines.Length; i++)
                {
                    lines[i] = _lines[next++ % _lines.Length];
                }

                changed = _changed.Task;
                completed = _completed;
            }

            foreach (var line in lines)
            {
                yield return line;
            }

            if (!follow || completed)
            {
                yield break;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }
}
