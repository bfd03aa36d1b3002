namespace LmDeploy.Cli.Output;

/// <summary>
/// Says on standard error how far a download is: on a terminal one line that changes, else one line when it is known how much comes and one when it is here.
/// Says nothing of a model that is here.
/// </summary>
/// <param name="terminal">Where it is said.</param>
/// <param name="model">The model.</param>
/// <param name="next">Is told the other stages of loading; null for nobody.</param>
internal sealed class DownloadLine(Terminal terminal, string model, IProgress<LoadProgress>? next = null)
    : IProgress<LoadProgress>, IProgress<Hub.DownloadProgress>
{
    private const string ClearLine = "\r\u001b[K";

    private bool _isOpen;
    private long _started = -1;

    public void Report(LoadProgress value)
    {
        if (value.Stage == LoadStage.Downloading)
        {
            Tell(value.LoadedBytes, value.TotalBytes, value.BytesPerSecond);
        }
        else
        {
            End();
        }

        next?.Report(value);
    }

    public void Report(Hub.DownloadProgress value) => Tell(value.DownloadedBytes, value.TotalBytes, value.BytesPerSecond);

    /// <summary>Leaves the line, before something else is written.</summary>
    public void End()
    {
        if (_isOpen)
        {
            terminal.Error.Write(ClearLine);
            _isOpen = false;
        }
    }

    private void Tell(long bytes, long total, double rate)
    {
        var isWhole = bytes == total;
        if (total == 0)
        {
            Write("asking the hub", isLine: false);
        }
        else if (_started < 0)
        {
            _started = bytes;
            if (!isWhole)
            {
                Write($"downloading {Units.Bytes(total)}{(bytes > 0 ? $", {Units.Bytes(bytes)} of it are here" : "")}", isLine: true);
            }
        }
        else if (!isWhole)
        {
            var left = rate > 0 ? $", {Units.Bytes((long)rate)}/s, {Units.Duration(TimeSpan.FromSeconds((total - bytes) / rate))} left" : "";
            Write($"{Units.Bytes(bytes)} of {Units.Bytes(total)}{left}", isLine: false);
        }
        else if (_started < total)
        {
            End();
            terminal.Error.WriteLine($"{Terminal.Printable(model)}: downloaded {Units.Bytes(total - _started)}");
            _started = total;
        }
    }

    private void Write(string text, bool isLine)
    {
        if (terminal.IsErrorTerminal)
        {
            terminal.Error.Write($"{ClearLine}{Terminal.Printable(model)}: {text}");
            _isOpen = true;
        }
        else if (isLine)
        {
            terminal.Error.WriteLine($"{Terminal.Printable(model)}: {text}");
        }
    }
}
