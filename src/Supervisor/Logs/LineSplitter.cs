using System.Text;

namespace LmDeploy.Supervisor.Logs;

/// <summary>
/// Cuts a stream of bytes into lines of text. A line that is too long is cut off and marked, invalid UTF-8 becomes U+FFFD;
/// the memory used does not depend on what comes in.
/// </summary>
internal sealed class LineSplitter(Action<string> onLine)
{
    /// <summary>Bytes kept of one line.</summary>
    public const int LongestLine = 4096;

    private const string CutMark = " [cut]";

    private readonly byte[] _line = new byte[LongestLine];
    private int _length;
    private bool _cut;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            Keep(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
            {
                return;
            }

            Emit();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Ends the last line, which may lack its line feed.</summary>
    public void Complete()
    {
        if (_length > 0)
        {
            Emit();
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var kept = Math.Min(bytes.Length, LongestLine - _length);
        bytes[..kept].CopyTo(_line.AsSpan(_length));
        _length += kept;
        _cut |= kept < bytes.Length;
    }

    private void Emit()
    {
        var text = Encoding.UTF8.GetString(_line.AsSpan(0, _length)).TrimEnd('\r');
        onLine(_cut ? text + CutMark : text);
        _length = 0;
        _cut = false;
    }
}
