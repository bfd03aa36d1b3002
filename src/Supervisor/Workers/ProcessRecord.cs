using System.Globalization;

namespace LmDeploy.Supervisor.Workers;

/// <summary>One line of <c>/proc/PID/stat</c>, as far as families of processes go.</summary>
internal readonly record struct ProcessRecord(ProcessIdentity Identity, char State, int Parent, int Group, int Session)
{
    /// <summary>Whether it has ended and only waits to be reaped.</summary>
    public bool IsZombie => State is 'Z' or 'X';

    /// <summary>Whether a signal or a debugger has stopped it.</summary>
    public bool IsFrozen => State is 'T' or 't';

    /// <summary>Reads a line; the name in parentheses may itself hold spaces and parentheses.</summary>
    public static bool TryParse(string line, out ProcessRecord record)
    {
        record = default;
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 1 || close < open)
        {
            return false;
        }

        var fields = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20
            || !int.TryParse(line.AsSpan(0, open), NumberStyles.Integer | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid)
            || !int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent)
            || !int.TryParse(fields[2], CultureInfo.InvariantCulture, out var group)
            || !int.TryParse(fields[3], CultureInfo.InvariantCulture, out var session)
            || !long.TryParse(fields[19], CultureInfo.InvariantCulture, out var startTicks))
        {
            return false;
        }

        record = new ProcessRecord(new ProcessIdentity(pid, startTicks), fields[0][0], parent, group, session);
        return true;
    }
}
