using System.Text;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>The tokens &lt;0x00&gt; to &lt;0xFF&gt; of a vocabulary, for text that has no token of its own.</summary>
internal sealed class ByteTokens
{
    private const int MaxBytesOfCharacter = 4;

    private readonly int[] _ids = new int[256];

    public ByteTokens(Vocabulary vocabulary)
    {
        for (var value = 0; value < _ids.Length; value++)
        {
            _ids[value] = vocabulary.TryGetId($"<0x{value:X2}>", out var id) ? id : -1;
        }
    }

    /// <summary>Adds a token a byte of the text; false, adding nothing, where one of them is missing.</summary>
    public bool TryAppend(ReadOnlySpan<char> text, List<int> ids)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = text.Length <= MaxBytesOfCharacter ? stackalloc byte[32] : new byte[size];
        bytes = bytes[..Encoding.UTF8.GetBytes(text, bytes)];
        foreach (var value in bytes)
        {
            if (_ids[value] < 0)
            {
                return false;
            }
        }

        foreach (var value in bytes)
        {
            ids.Add(_ids[value]);
        }

        return true;
    }
}
