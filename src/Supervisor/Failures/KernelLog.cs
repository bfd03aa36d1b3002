using System.Runtime.InteropServices;
using System.Text;
using LmDeploy.Supervisor.Native;

namespace LmDeploy.Supervisor.Failures;

/// <summary>Reads <c>/dev/kmsg</c>, whose records look like <c>6,339,5140900,-;text</c>: priority, number, microseconds after boot, flags. Thread-safe.</summary>
internal sealed class KernelLog : IKernelLog
{
    private const int LongestRecord = 8192;
    private const int MostRecords = 100_000;
    private const int Overwritten = 32; // EPIPE

    public IReadOnlyList<string> Since(TimeSpan afterBoot)
    {
        using var file = LibC.Open("/dev/kmsg", LibC.OpenReadNow, 0);
        var messages = new List<string>();
        if (file.IsInvalid)
        {
            return messages;
        }

        var record = new byte[LongestRecord];
        for (var records = 0; records < MostRecords; records++)
        {
            var length = LibC.Read(file, record, record.Length);
            if (length < 0 && Marshal.GetLastPInvokeError() == Overwritten)
            {
                continue;
            }

            if (length <= 0)
            {
                break;
            }

            if (Parse(Encoding.UTF8.GetString(record, 0, (int)length), afterBoot) is { } message)
            {
                messages.Add(message);
            }
        }

        return messages;
    }

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
