using System.Buffers;
using System.Text;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads comma-separated values as RFC 4180 has them; lines may also end without a carriage return, and empty ones are left out.</summary>
/// <param name="text">The file.</param>
/// <param name="separator">What stands between fields, an ASCII character.</param>
internal sealed class CsvReader(ReadOnlyMemory<byte> text, char separator = ',')
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private int _position;
    private int _line = 1;
    private string? _problem;

    private ReadOnlySpan<byte> Rest => text.Span[_position..];

    public IReadOnlyList<CsvRecord> ReadAll() => [.. Read()];

    /// <summary>The first record; null where there is none.</summary>
    public CsvRecord? ReadFirst() => Read().FirstOrDefault();

    private IEnumerable<CsvRecord> Read()
    {
        while (!Rest.IsEmpty)
        {
            var record = ReadRecord();
            if (record.Problem is not null || record.Fields.Count > 1 || !string.IsNullOrWhiteSpace(record.Fields[0]))
            {
                yield return record;
            }

            // What is left of the line is its end, or the carriage return that a last line ends with.
            _line += Rest.IsEmpty ? 0 : 1;
            _position += Rest.StartsWith("\r\n"u8) ? 2 : Math.Min(1, Rest.Length);
        }
    }

    private CsvRecord ReadRecord()
    {
        var line = _line;
        _problem = null;
        List<string> fields = [ReadField()];
        while (!Rest.IsEmpty && Rest[0] == (byte)separator)
        {
            _position++;
            fields.Add(ReadField());
        }

        return new CsvRecord(line, _problem is null ? fields : [], _problem);
    }

    private string ReadField()
    {
        try
        {
            return _strict.GetString(Rest.StartsWith("\""u8) ? ReadQuoted() : ReadPlain());
        }
        catch (DecoderFallbackException)
        {
            _problem ??= "not valid UTF-8";
            return "";
        }
    }

    /// <summary>What comes before the next separator or the end of the line.</summary>
    private ReadOnlySpan<byte> ReadPlain()
    {
        var length = Rest.IndexOfAny((byte)separator, (byte)'\n') is var end and >= 0 ? end : Rest.Length;
        var isLast = length == Rest.Length || Rest[length] == '\n';
        var field = isLast && Rest[..length].EndsWith("\r"u8) ? Rest[..(length - 1)] : Rest[..length];
        _position += field.Length;
        return field;
    }

    /// <summary>What stands between quotes; two of them in it are one.</summary>
    private ReadOnlySpan<byte> ReadQuoted()
    {
        var field = new ArrayBufferWriter<byte>();
        do
        {
            _position++;
            var end = Rest.IndexOf((byte)'"');
            var part = end < 0 ? Rest : Rest[..end];
            field.Write(part);
            _line += part.Count((byte)'\n');
            _position += end < 0 ? part.Length : part.Length + 1;
            if (end < 0)
            {
                _problem ??= "a quoted field has no end; a quote in it has to be written twice";
            }
            else if (Rest.StartsWith("\""u8))
            {
                field.Write("\""u8);
            }
        }
        while (Rest.StartsWith("\""u8));

        if (!ReadPlain().IsEmpty)
        {
            _problem ??= "text follows the end of a quoted field; a quote in it has to be written twice";
        }

        return field.WrittenSpan;
    }
}
