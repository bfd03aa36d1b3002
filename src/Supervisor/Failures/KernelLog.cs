namespace LmDeploy.Supervisor.Failures;

/// <summary>
/// Reads the kernel's log, whose records look like <c>6,339,5140900,-;text</c>: priority, number, microseconds after boot, flags. Thread-safe.
/// </summary>
internal sealed class KernelLog : IKernelLog
{
    public IReadOnlyList<string> Since(TimeSpan afterBoot) =>
        [.. (Native.KernelLog.TryRead() ?? []).Select(record => Parse(record, afterBoot)).OfType<string>()];

    /// <returns>The text of a record; null when it is older, or is no record.</returns>
    internal static string? Parse(string record, TimeSpan afterBoot)
    {
        var text = record.IndexOf(';', StringComparison.Ordinal);
        var fields = text < 0 ? [] : record[..text].Split(',');
        return fields.Length >= 3 && long.TryParse(fields[2], out var microseconds) && TimeSpan.FromMicroseconds(microseconds) >= afterBoot
            ? record[(text + 1)..].Split('\n', 2)[0]
            : null;
    }
}
