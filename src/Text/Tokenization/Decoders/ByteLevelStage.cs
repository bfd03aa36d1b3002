using System.Text;

namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Turns byte-level tokens into text, which fuses them; bytes that are not UTF-8 become U+FFFD.</summary>
internal sealed class ByteLevelStage : IDecoderStage
{
    private const int MaxBytesOfCharacter = 3;

    private readonly Decoder _utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();

    public void Push(string text, List<string> output)
    {
        var bytes = new byte[text.Length * MaxBytesOfCharacter];
        Decode(bytes.AsSpan(0, ByteAlphabet.Decode(text, bytes)), flush: false, output);
    }

    public void Complete(List<string> output) => Decode([], flush: true, output);

    private void Decode(ReadOnlySpan<byte> bytes, bool flush, List<string> output)
    {
        var characters = new char[_utf8.GetCharCount(bytes, flush)];
        var length = _utf8.GetChars(bytes, characters, flush);
        if (length > 0)
        {
            output.Add(new string(characters, 0, length));
        }
    }
}
