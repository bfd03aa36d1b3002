using System.Text;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// SentencePiece's unigram model: the segmentation with the highest sum of token scores (Viterbi). A character that no
/// token begins with costs ten less than the worst token; neighbouring unknown characters become one token.
/// </summary>
/// <param name="scores">By id.</param>
/// <param name="unknownId">Null where the model has none: then unknown text is an error unless it falls back to bytes.</param>
internal sealed class UnigramModel(Vocabulary vocabulary, float[] scores, int? unknownId, bool byteFallback) : IModel
{
    /// <summary>The score of a token that text is never split into.</summary>
    public const float Never = float.NegativeInfinity;

    private const double UnknownPenalty = 10;

    private readonly double _unknownScore = scores.Where(score => score > Never).DefaultIfEmpty(0).Min() - UnknownPenalty;
    private readonly PrefixTree _tokens = new(vocabulary.Entries.Where(token => scores[token.Value] > Never));
    private readonly ByteTokens? _byteTokens = byteFallback ? new ByteTokens(vocabulary) : null;

    private readonly record struct Arrival(int Start, int Id, double Score);

    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        const int Unknown = -1;
        var path = new List<(int Start, int End, int Id)>();
        var arrivals = Arrivals(text);
        for (var end = text.Length; end > 0; end = arrivals[end].Start)
        {
            var id = arrivals[end].Id == unknownId ? Unknown : arrivals[end].Id;
            if (id == Unknown && path.Count > 0 && path[^1].Id == Unknown)
            {
                path[^1] = path[^1] with { Start = arrivals[end].Start };
            }
            else
            {
                path.Add((arrivals[end].Start, end, id));
            }
        }

        path.Reverse();
        foreach (var (start, end, id) in path)
        {
            if (id != Unknown)
            {
                ids.Add(id);
            }
            else if (_byteTokens is null || !_byteTokens.TryAppend(text[start..end], ids))
            {
                ids.Add(unknownId ?? throw TokenizerErrors.InvalidText($"\"{text[start..end]}\" has no token and the tokenizer has no unknown token"));
            }
        }
    }

    private Arrival[] Arrivals(ReadOnlySpan<char> text)
    {
        var arrivals = new Arrival[text.Length + 1];
        Array.Fill(arrivals, new Arrival(-1, -1, double.NegativeInfinity));
        arrivals[0] = new Arrival(0, -1, 0);
        var start = 0;
        while (start < text.Length)
        {
            Rune.DecodeFromUtf16(text[start..], out _, out var runeLength);
            var hasSingle = false;
            var score = arrivals[start].Score;
            var node = PrefixTree.Root;
            for (var end = start; end < text.Length && _tokens.TryStep(ref node, text[end], out var id); end++)
            {
                if (id >= 0)
                {
                    Arrive(ref arrivals[end + 1], new Arrival(start, id, score + scores[id]));
                    hasSingle |= end + 1 == start + runeLength;
                }
            }

            if (!hasSingle)
            {
                Arrive(ref arrivals[start + runeLength], new Arrival(start, unknownId ?? -1, score + _unknownScore));
            }

            start += runeLength;
        }

        return arrivals;
    }

    private static void Arrive(ref Arrival best, Arrival candidate)
    {
        if (best.Start < 0 || candidate.Score > best.Score)
        {
            best = candidate;
        }
    }
}
