using System.Buffers;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>The words that split answers of a <see cref="TaggedFormat"/>, and the same words in backticks, which are text. Immutable.</summary>
internal sealed class TagWords
{
    private readonly Dictionary<string, TagMeaning> _meanings = new(StringComparer.Ordinal);
    private readonly ILookup<string, CallSyntax> _calls;

    public TagWords(IReadOnlyList<ThoughtTags> thoughts, IReadOnlyList<CallSyntax> calls)
    {
        _calls = calls.Where(syntax => syntax.Begin.Length > 0).ToLookup(syntax => syntax.Begin, StringComparer.Ordinal);
        foreach (var tags in thoughts)
        {
            _meanings[tags.Begin] = TagMeaning.ThoughtBegin;
            _meanings[tags.End] = TagMeaning.ThoughtEnd;
        }

        foreach (var call in _calls)
        {
            _meanings[call.Key] = TagMeaning.CallBegin;
        }

        foreach (var trailer in calls.Select(syntax => syntax.Trailer).Where(word => word.Length > 0))
        {
            _meanings[trailer] = TagMeaning.CallTrailer;
        }

        foreach (var word in _meanings.Keys.ToList())
        {
            _meanings[$"`{word}`"] = TagMeaning.Text;
        }

        Beginnings = SearchValues.Create([.. _meanings.Keys.Select(word => word[0])]);
    }

    /// <summary>The first characters of all words.</summary>
    public SearchValues<char> Beginnings { get; }

    public bool TryFind(string text, out TagMeaning meaning) => _meanings.TryGetValue(text, out meaning);

    /// <summary>Whether a word begins with a text, or is it.</summary>
    public bool Begins(string text) => _meanings.Keys.Any(word => word.StartsWith(text, StringComparison.Ordinal));

    /// <summary>The ways to write a call that begin with a word.</summary>
    public IEnumerable<CallSyntax> CallsOf(string word) => _calls[word];
}
