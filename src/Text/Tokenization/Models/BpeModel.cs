using System.Text;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// Byte-pair encoding as Hugging Face's tokenizers do it: a word's characters become symbols, then the neighbours with
/// the lowest rank are merged, the leftmost first, until no merge is left.
/// </summary>
internal sealed class BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options) : IModel
{
    private readonly WordCache _cache = new();
    private readonly ByteTokens? _byteTokens = options.ByteFallback ? new ByteTokens(vocabulary) : null;
    private readonly bool _marksWords = options.ContinuingPrefix.Length > 0 || options.EndSuffix.Length > 0;

    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        if (options.IgnoreMerges && vocabulary.TryGetId(text, out var id))
        {
            ids.Add(id);
            return;
        }

        if (_marksWords)
        {
            EncodeWord(text, ids);
            return;
        }

        // A long text without pre-tokenization falls apart where no merge can ever reach across: the parts are cacheable.
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (!merges.CanJoin(text[i - 1], text[i]) && IsKnown(text[i - 1]) && IsKnown(text[i]))
            {
                EncodeWord(text[start..i], ids);
                start = i;
            }
        }

        EncodeWord(text[start..], ids);
    }

    private bool IsKnown(char c) => vocabulary.TryGetId(new ReadOnlySpan<char>(in c), out _);

    private void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_cache.TryGet(word, out var cached))
        {
            ids.AddRange(cached);
            return;
        }

        var symbols = new List<int>(word.Length);
        AddSymbols(word, symbols);
        var start = ids.Count;
        new SymbolMerger(symbols, merges).MergeInto(ids);
        _cache.Add(word, ids, start);
    }

    private void AddSymbols(ReadOnlySpan<char> word, List<int> symbols)
    {
        var pendingUnknown = false;
        var position = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            var end = position + rune.Utf16SequenceLength;
            var symbol = word[position..end];
            if (_marksWords)
            {
                symbol = Marked(symbol, isFirst: position == 0, isLast: end == word.Length);
            }

            position = end;
            if (vocabulary.TryGetId(symbol, out var id))
            {
                AddUnknown(ref pendingUnknown, symbols);
                symbols.Add(id);
            }
            else if (_byteTokens is null || !_byteTokens.TryAppend(symbol, symbols))
            {
                if (!options.FuseUnknown)
                {
                    AddUnknown(ref pendingUnknown, symbols);
                }

                pendingUnknown = true;
            }
        }

        AddUnknown(ref pendingUnknown, symbols);
    }

    private string Marked(ReadOnlySpan<char> symbol, bool isFirst, bool isLast) =>
        string.Concat(isFirst ? "" : options.ContinuingPrefix, symbol, isLast ? options.EndSuffix : "");

    private void AddUnknown(ref bool pending, List<int> symbols)
    {
        if (pending && options.UnknownId is { } id)
        {
            symbols.Add(id);
        }

        pending = false;
    }
}
