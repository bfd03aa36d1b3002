using System.Text;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>SentencePiece's "nmt" rules before NFKC: control characters go, and what is a space or a break becomes a space.</summary>
internal sealed class NmtNormalizer : INormalizer
{
    public string Normalize(string text, long mostBytes)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F')
            {
                continue;
            }

            clean.Append(c is '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029' or '\u2581' or '\uFEFF'
                or '\uFFFD' ? ' ' : c);
        }

        return clean.ToString();
    }
}
