using System.Text;
using LmDeploy.Logging;

namespace LmDeploy.Worker.Hosting;

/// <summary>
/// Standard error with whole lines and without blocking: a frozen supervisor does not read them. Thread-safe through <see cref="Console.SetError"/>.
/// </summary>
internal sealed class StandardErrorLines : TextWriter
{
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromMilliseconds(100);

    private readonly StringBuilder _line = new();
    private readonly LogSink _sink;

    private StandardErrorLines(Stream stream) => _sink = new LogSink("log to standard error", line => stream.Write(line));

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Takes the place of <see cref="Console.Error"/>.</summary>
    public static StandardErrorLines Install()
    {
        var lines = new StandardErrorLines(Console.OpenStandardError());
        Console.SetError(lines);
        return lines;
    }

    public override void Write(char value)
    {
        _line.Append(value);
        if (value == '\n')
        {
            _sink.Write(_line.ToString());
            _line.Clear();
        }
    }

    /// <summary>Waits a moment for what is not written yet, before the process ends.</summary>
    public void DrainBriefly() => _sink.CloseAsync().Wait(_closeTimeout);
}
