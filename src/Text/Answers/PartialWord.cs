namespace LmDeploy.Text.Answers;

/// <summary>Finds words at the end of a text that have not come as a whole.</summary>
internal static class PartialWord
{
    /// <summary>How many characters at the end of a text may be the beginning of the word.</summary>
    public static int Length(ReadOnlySpan<char> text, ReadOnlySpan<char> word)
    {
        for (var length = Math.Min(text.Length, word.Length - 1); length > 0; length--)
        {
            if (text[^length..].SequenceEqual(word[..length]))
            {
                return length;
            }
        }

        return 0;
    }
}
