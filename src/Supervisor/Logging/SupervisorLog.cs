using System.Runtime.InteropServices;
using LmDeploy.Logging;
using LmDeploy.Supervisor.Native;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Logging;

/// <summary>
/// The supervisor's log file, which also receives standard output and standard error. It is truncated when a supervisor starts and when it reaches
/// <see cref="LongestBytes"/>. Logging never blocks on the file or on standard error: see <see cref="LogSink"/>. Thread-safe.
/// </summary>
internal sealed class SupervisorLog : ILoggerProvider
{
    public const long LongestBytes = 4L << 20;

    private const uint OwnerOnly = 0x180; // 0600

    /// <summary>How long the end waits for lines that are not written yet.</summary>
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromMilliseconds(200);

    private readonly SafeFileHandle _file;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<(LogSink Sink, LogFormat Format)> _sinks;

    /// <param name="echo">Where lines go besides the file, standard error above all; null for nowhere. Not owned.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <param name="format">The form of the lines there; those of the file are text.</param>
    public SupervisorLog(string path, TimeProvider time, Stream? echo = null, LogFormat format = LogFormat.Text)
    {
        _time = time;
        _file = LibC.Open(path, LibC.OpenAppend, OwnerOnly);
        if (_file.IsInvalid)
        {
            throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var file = new LogSink("log file", Append);
        _sinks = echo is null ? [(file, LogFormat.Text)] : [(file, LogFormat.Text), (new LogSink("log to standard error", line => echo.Write(line)), format)];
    }

    /// <summary>How many lines the file or standard error did not get.</summary>
    public long DroppedLines => _sinks.Sum(sink => sink.Sink.Dropped);

    /// <summary>Forgets what an earlier supervisor wrote.</summary>
    public void Clear() => RandomAccess.SetLength(_file, 0);

    /// <summary>Releases the three standard streams of the process that started the supervisor, so that it does not wait for their end.</summary>
    /// <param name="keepInput">Whether standard input stays, for a supervisor that ends with it.</param>
    public void TakeStandardStreams(bool keepInput)
    {
        _ = LibC.Duplicate(_file, 1);
        _ = LibC.Duplicate(_file, 2);
        if (!keepInput)
        {
            using var nothing = LibC.Open("/dev/null", LibC.OpenReadWrite, 0);
            _ = LibC.Duplicate(nothing, 0);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <summary>Waits a moment for what is not written yet; a sink that stands still keeps its descriptor.</summary>
    public void Dispose()
    {
        if (Task.WhenAll(_sinks.Select(sink => sink.Sink.CloseAsync())).Wait(_closeTimeout))
        {
            _file.Dispose();
        }
    }

    private void Append(byte[] line)
    {
        if (RandomAccess.GetLength(_file) > LongestBytes)
        {
            Clear();
        }

        // Opened for appending: the offset does not matter.
        RandomAccess.Write(_file, line, 0);
    }

    private void Write(LogEntry entry)
    {
        foreach (var (sink, format) in _sinks)
        {
            sink.Write(entry.Write(format));
        }
    }

    private sealed class Logger(SupervisorLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            log.Write(new LogEntry(log._time.GetUtcNow(), logLevel, category, eventId.Name, formatter(state, exception), exception, fields));
        }
    }
}
