using System.Runtime.InteropServices;
using System.Text;

namespace LmDeploy.Supervisor.Native;

/// <summary>Reads what the kernel has logged and still keeps.</summary>
internal static class KernelLog
{
    public const string DefaultPath = "/dev/kmsg";

    private const int LongestRecord = 8192;
    private const int MostRecords = 100_000;
    private const int Overwritten = 32; // EPIPE
    private const int Interrupted = 4; // EINTR

    /// <summary>All records, oldest first. Does not wait for more.</summary>
    /// <param name="path">Where the log is.</param>
    /// <returns>Null when this process may not read it.</returns>
    public static IReadOnlyList<string>? TryRead(string path = DefaultPath)
    {
        using var log = LibC.Open(path, LibC.OpenReadNow, 0);
        if (log.IsInvalid)
        {
            return null;
        }

        var records = new List<string>();
        Span<byte> record = stackalloc byte[LongestRecord];
        while (records.Count < MostRecords)
        {
            var length = LibC.Read(log, ref MemoryMarshal.GetReference(record), LongestRecord);
            if (length > 0)
            {
                records.Add(Encoding.UTF8.GetString(record[..(int)length]));
            }
            else if (length == 0 || Marshal.GetLastPInvokeError() is not (Overwritten or Interrupted))
            {
                break;
            }
        }

        return records;
    }
}
