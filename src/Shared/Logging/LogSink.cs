using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace LmDeploy.Logging;

/// <summary>
/// Writes lines from a bounded queue on a thread of its own, so that a reader which stands still or a disk which does not answer stops nobody who logs. Lines
/// that
/// do not fit are dropped; how many is said in their place, once there is room again. Thread-safe.
/// </summary>
internal sealed class LogSink
{
    /// <summary>The most that waits to be written.</summary>
    public const int LongestBacklogBytes = 1 << 20;

    private readonly Queue<byte[]> _lines = new(); // Also the monitor that the thread waits on.
    private readonly Action<byte[]> _write;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _bytes;
    private long _droppedHere;
    private bool _isClosed;

    /// <param name="name">The thread's.</param>
    /// <param name="write">Writes one line. It may block for as long as it likes; a line that it cannot write is lost.</param>
    public LogSink(string name, Action<byte[]> write)
    {
        _write = write;
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>How many lines were not written since the start.</summary>
    public long Dropped { get; private set; }

    /// <summary>Queues a line, or drops it. Never blocks.</summary>
    public void Write(string line)
    {
        lock (_lines)
        {
            if (_isClosed)
            {
                return;
            }

            var bytes = Encoding.UTF8.GetBytes(line);
            if (_bytes + bytes.Length > LongestBacklogBytes)
            {
                Dropped++;
                _droppedHere++;
                return;
            }

            if (_droppedHere > 0)
            {
                Add(Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"[{_droppedHere} lines were dropped here: nobody took them]{Environment.NewLine}")));
                _droppedHere = 0;
            }

            Add(bytes);
        }
    }

    /// <summary>Takes no more lines, and completes when those that wait are written.</summary>
    public Task CloseAsync()
    {
        lock (_lines)
        {
            _isClosed = true;
            Monitor.Pulse(_lines);
        }

        return _ended.Task;
    }

    private void Add(byte[] line)
    {
        _lines.Enqueue(line);
        _bytes += line.Length;
        Monitor.Pulse(_lines);
    }

    private void Run()
    {
        while (TryWait(out var line))
        {
            try
            {
                _write(line);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The disk is full, the reader has gone, or the program ends; there is nowhere to say so.
            }

            lock (_lines)
            {
                // Only now is there room for another.
                _lines.Dequeue();
                _bytes -= line.Length;
            }
        }

        _ended.SetResult();
    }

    /// <returns>False when no more lines will come.</returns>
    private bool TryWait([NotNullWhen(true)] out byte[]? line)
    {
        lock (_lines)
        {
            while (!_lines.TryPeek(out line) && !_isClosed)
            {
                Monitor.Wait(_lines);
            }

            return line is not null;
        }
    }
}
