using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>
/// Turns each run of tokens of the form &lt;0xAB&gt; into text. As in Hugging Face's tokenizers the whole run must be
/// UTF-8, else each of its bytes becomes U+FFFD; so a run is held back until it ends.
/// </summary>
internal sealed class ByteFallbackStage : IDecoderStage
{
    private const string Replacement = "\uFFFD";

    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<byte> _run = [];

    public void Push(string text, List<string> output)
    {
        if (ByteOf(text) is { } value)
        {
            _run.Add(value);
            return;
        }

        Complete(output);
        output.Add(text);
    }

    public void Complete(List<string> output)
    {
        if (_run.Count == 0)
        {
            return;
        }

        try
        {
            output.Add(_strictUtf8.GetString([.. _run]));
        }
        catch (DecoderFallbackException)
        {
            output.AddRange(Enumerable.Repeat(Replacement, _run.Count));
        }

        _run.Clear();
    }

    /// <summary>The byte that a token is; null where it is text.</summary>
    public static byte? ByteOf(string token)
    {
        var isByte = token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[^1] == '>';
        return isByte && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }
}
