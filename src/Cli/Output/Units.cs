using System.Globalization;

namespace LmDeploy.Cli.Output;

/// <summary>Numbers for people.</summary>
internal static class Units
{
    private const double Step = 1024;

    private static readonly string[] _sizes = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Bytes(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (Math.Abs(size) >= Step && unit < _sizes.Length - 1)
        {
            (size, unit) = (size / Step, unit + 1);
        }

        return unit == 0 ? Format($"{bytes} B") : Format($"{size:0.0} {_sizes[unit]}");
    }

    /// <summary>How long weights took, and how fast they were read where they were.</summary>
    public static string Reading(TimeSpan time, double bytesPerSecond) =>
        bytesPerSecond > 0 ? Format($"{time.TotalSeconds:0.00} s, {bytesPerSecond / 1e9:0.00} GB/s") : Format($"{time.TotalSeconds:0.00} s");

    public static string Duration(TimeSpan time) => time.TotalMinutes < 1 ? Format($"{time.TotalSeconds:0} s")
        : time.TotalHours < 1 ? Format($"{(int)time.TotalMinutes} min {time.Seconds} s")
        : Format($"{(int)time.TotalHours} h {time.Minutes} min");

    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
