namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>Something to look for in a text. Implementations are immutable and safe for concurrent use.</summary>
internal interface IPattern
{
    /// <summary>Adds the matches in <paramref name="text"/> to <paramref name="matches"/>: left to right, not overlapping.</summary>
    void Find(ReadOnlySpan<char> text, List<TextRange> matches);

    /// <summary>Hands on the matches one by one, so that those of a long text are never there all at once.</summary>
    void Each(ReadOnlySpan<char> text, Action<TextRange> take)
    {
        var matches = new List<TextRange>();
        Find(text, matches);
        matches.ForEach(take);
    }
}
