using System.Text;

namespace LmDeploy.Engine.Generation;

/// <summary>
/// Finds stop words in text that arrives in pieces. Text that could still become a stop word is held back until it is known.
/// </summary>
internal sealed class StopWordMatcher(IReadOnlyList<string> stopWords, bool includeStopWord)
{
    private readonly StringBuilder _pending = new();

    /// <summary>The stop word that was found, or null.</summary>
    public string? Matched { get; private set; }

    /// <summary>Takes more text.</summary>
    /// <returns>The text that can be shown. Nothing more may be appended once <see cref="Matched"/> is set.</returns>
    public string Append(string text)
    {
        if (stopWords.Count == 0)
        {
            return text;
        }

        var all = _pending.Append(text).ToString();
        _pending.Clear();
        var (word, index) = stopWords
            .Select(word => (Word: word, Index: all.IndexOf(word, StringComparison.Ordinal)))
            .Where(match => match.Index >= 0)
            .OrderBy(match => match.Index)
            .FirstOrDefault();
        if (word is not null)
        {
            Matched = word;
            return all[..(includeStopWord ? index + word.Length : index)];
        }

        var held = stopWords.Max(candidate => OpenLength(all, candidate));
        _pending.Append(all, all.Length - held, held);
        return all[..^held];
    }

    /// <summary>The text still held back, which no stop word followed.</summary>
    public string Flush()
    {
        var rest = _pending.ToString();
        _pending.Clear();
        return rest;
    }

    /// <summary>The length of the longest end of the text that begins the word.</summary>
    private static int OpenLength(string text, string word)
    {
        var length = Math.Min(text.Length, word.Length - 1);
        while (length > 0 && !text.AsSpan(text.Length - length).SequenceEqual(word.AsSpan(0, length)))
        {
            length--;
        }

        return length;
    }
}
