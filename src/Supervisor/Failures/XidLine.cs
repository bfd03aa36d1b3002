using System.Globalization;
using System.Text.RegularExpressions;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Failures;

/// <summary>An error report of the NVIDIA driver, for example <c>NVRM: Xid (PCI:0000:3b:00): 31, pid=12345, name=worker, Ch 00000008, MMU Fault</c>.</summary>
internal static partial class XidLine
{
    /// <summary>Errors of a device rather than of a process: memory errors that could not be corrected, and a GPU that is gone.</summary>
    private static readonly int[] OfDevices = [48, 63, 64, 74, 79, 94, 95, 119, 120, 140];

    /// <summary>What the log has about a process, and about devices as a whole.</summary>
    public static IEnumerable<Xid> Find(IEnumerable<string> messages, int pid)
    {
        foreach (var message in messages)
        {
            var match = Format().Match(message);
            if (!match.Success || !int.TryParse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            var isNamed = int.TryParse(match.Groups["pid"].ValueSpan, CultureInfo.InvariantCulture, out var owner);
            if (isNamed ? owner == pid : OfDevices.Contains(number))
            {
                yield return new Xid { Number = number, Device = match.Groups["device"].Value, Text = match.Groups["text"].Value };
            }
        }
    }

    /// <summary>Whether the device itself is broken, so that a worker would fare better on another one.</summary>
    public static bool IsOfDevice(Xid xid) => OfDevices.Contains(xid.Number);

    [GeneratedRegex(
        @"NVRM: Xid \((?:PCI:)?(?<device>[0-9a-fA-F:.]+)\): (?<number>\d+), (?:pid='?(?<pid>\d+|<unknown>)'?, )?(?<text>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Format();
}
