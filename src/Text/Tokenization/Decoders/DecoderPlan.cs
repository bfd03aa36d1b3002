using System.Text;

namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>How sequences are decoded. Immutable and safe for concurrent use.</summary>
/// <param name="stages">Each makes one stage.</param>
/// <param name="isByteLevel">Whether tokens are bytes in <see cref="ByteAlphabet"/>.</param>
internal sealed class DecoderPlan(IReadOnlyList<Func<IDecoderStage>> stages, bool isByteLevel)
{
    private const string TextBefore = "a";

    private readonly bool _hasBytes = stages.Any(make => make() is ByteFallbackStage);

    /// <param name="followsText">Whether the tokens go on after others: some lose a space at the beginning of a text alone.</param>
    public DecoderChain Start(bool followsText = false)
    {
        var chain = new DecoderChain([.. stages.Select(make => make())]);
        if (followsText)
        {
            chain.Push(TextBefore);
        }

        return chain;
    }

    /// <summary>
    /// What to push for an added token so that its content comes out. Hugging Face's tokenizers push the content, which
    /// for a content such as "\u00FC" comes out as a broken byte.
    /// </summary>
    public string Spell(string content) => isByteLevel ? ByteAlphabet.Encode(content) : content;

    /// <summary>The bytes of UTF-8 that a token adds to a text, which may be part of a character.</summary>
    /// <param name="isFirst">Whether it is the text's first token: some lose a space there.</param>
    public byte[] BytesOf(string token, bool isFirst)
    {
        if (isByteLevel)
        {
            var bytes = new byte[Encoding.UTF8.GetMaxByteCount(token.Length)];
            return bytes[..ByteAlphabet.Decode(token, bytes)];
        }

        if (_hasBytes && ByteFallbackStage.ByteOf(token) is >= 0x80 and var value)
        {
            return [value];
        }

        var chain = Start(followsText: !isFirst);
        return Encoding.UTF8.GetBytes(chain.Push(token) + chain.Complete());
    }
}
