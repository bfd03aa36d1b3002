using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LmDeploy.Supervisor.Native;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// The supervisor's log file, which also takes standard output and standard error. It begins anew with every supervisor and
/// whenever it has grown to <see cref="LongestBytes"/>. Lines that a full disk does not take are lost. Thread-safe.
/// </summary>
internal sealed class SupervisorLog : ILoggerProvider
{
    public const long LongestBytes = 4L << 20;

    private const uint OwnerOnly = 0x180; // 0600

    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file;
    private readonly TimeProvider _time;

    private readonly Stream _echo;

    /// <param name="echoes">Whether lines go to standard error too.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public SupervisorLog(string path, TimeProvider time, bool echoes = false)
    {
        _time = time;
        _echo = echoes ? Console.OpenStandardError() : Stream.Null;
        _file = LibC.Open(path, LibC.OpenAppend, OwnerOnly);
        if (_file.IsInvalid)
        {
            throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Forgets what an earlier supervisor wrote.</summary>
    public void Clear() => RandomAccess.SetLength(_file, 0);

    /// <summary>Lets go of the three streams that came from whoever started the supervisor, so that nobody waits for their end.</summary>
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

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_gate)
        {
            if (_file.IsClosed)
            {
                return;
            }

            try
            {
                if (RandomAccess.GetLength(_file) > LongestBytes)
                {
                    Clear();
                }

                // Opened for appending: the offset does not matter.
                var bytes = Encoding.UTF8.GetBytes(line);
                RandomAccess.Write(_file, bytes, 0);
                _echo.Write(bytes);
            }
            catch (IOException)
            {
                // The disk is full, and there is nowhere to say so: what is logged about has to go on.
            }
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

            var cause = exception is null ? "" : $"{Environment.NewLine}  {exception}";
            log.Write(string.Create(
                CultureInfo.InvariantCulture, $"{log._time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {logLevel} {category}: {formatter(state, exception)}{cause}{Environment.NewLine}"));
        }
    }
}
