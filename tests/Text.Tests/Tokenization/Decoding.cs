using System.Text;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>Checks that decoding id by id gives what decoding at once gives.</summary>
internal static class Decoding
{
    public static void ShouldStream(this ModelTokenizer tokenizer, IReadOnlyList<int> ids, bool skipSpecialTokens)
    {
        var decoder = tokenizer.CreateDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(WellFormed(decoder.Append(id)));
        }

        text.Append(WellFormed(decoder.Flush()));
        text.ToString().ShouldBe(tokenizer.Decode(ids, skipSpecialTokens));
    }

    public static string WellFormed(string text)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            count += rune.Utf16SequenceLength;
        }

        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).ShouldBe(text);
        count.ShouldBe(text.Length);
        return text;
    }
}
