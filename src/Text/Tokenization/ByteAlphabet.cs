using System.Text;

namespace LmDeploy.Text.Tokenization;

/// <summary>
/// GPT-2's way to write bytes as visible characters: a printable Latin-1 byte is itself, the others are U+0100 onwards.
/// </summary>
internal static class ByteAlphabet
{
    /// <summary>The most bytes of UTF-8 that one UTF-16 unit adds to a text.</summary>
    public const int MaxBytesOfCharacter = 3;

    private const char FirstOfOthers = '\u0100';

    private static readonly char[] _characters = MakeCharacters();
    private static readonly short[] _bytes = MakeBytes();

    /// <summary>The text's UTF-8 bytes, each as its character.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = size <= 1024 ? stackalloc byte[1024] : new byte[size];
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        return string.Create(bytes.Length, bytes, static (characters, source) => Write(source, characters));
    }

    /// <summary>As <see cref="Encode(ReadOnlySpan{char})"/>, into a buffer.</summary>
    /// <param name="text">At most 256 characters.</param>
    /// <param name="characters"><see cref="MaxBytesOfCharacter"/> times as long as the text.</param>
    /// <returns>How many characters were written.</returns>
    public static int Encode(ReadOnlySpan<char> text, Span<char> characters)
    {
        Span<byte> bytes = stackalloc byte[1024];
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        Write(bytes, characters);
        return bytes.Length;
    }

    /// <summary>The bytes that a token stands for: its own UTF-8 where some character of it stands for no byte.</summary>
    /// <param name="bytes">At least three times as long as the token.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Decode(string token, Span<byte> bytes)
    {
        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] >= _bytes.Length || _bytes[token[i]] < 0)
            {
                return Encoding.UTF8.GetBytes(token, bytes);
            }

            bytes[i] = (byte)_bytes[token[i]];
        }

        return token.Length;
    }

    private static void Write(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            characters[i] = _characters[bytes[i]];
        }
    }

    private static bool IsItself(int value) => value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;

    private static char[] MakeCharacters()
    {
        var next = FirstOfOthers;
        return [.. Enumerable.Range(0, 256).Select(value => IsItself(value) ? (char)value : next++)];
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < _characters.Length; value++)
        {
            bytes[_characters[value]] = (short)value;
        }

        return bytes;
    }
}
