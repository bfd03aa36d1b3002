using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Evaluation.Comparison.Journal;

/// <summary>
/// A line of a state file: a JSON object whose last member is a checksum of the others, the first 16 digits of the SHA-256 of the object without it.
/// </summary>
internal static class JournalLine
{
    private const int Digits = 16;

    private static readonly byte[] _before = ",\"sha256\":\""u8.ToArray();
    private static readonly byte[] _after = "\"}"u8.ToArray();

    /// <summary>The line, with its end, of an object that has members.</summary>
    public static byte[] Write(ReadOnlySpan<byte> json) => [.. json[..^1], .. _before, .. Checksum(json), .. _after, (byte)'\n'];

    /// <summary>The object of a line, without its checksum.</summary>
    /// <returns>Null when the line is not as it was written.</returns>
    public static byte[]? TryRead(ReadOnlySpan<byte> line)
    {
        var length = line.Length - _before.Length - Digits - _after.Length;
        if (length <= 0 || !line[length..].StartsWith(_before) || !line.EndsWith(_after))
        {
            return null;
        }

        byte[] json = [.. line[..length], (byte)'}'];
        return line.Slice(length + _before.Length, Digits).SequenceEqual(Checksum(json)) ? json : null;
    }

    private static byte[] Checksum(ReadOnlySpan<byte> json) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))[..Digits]);
}
