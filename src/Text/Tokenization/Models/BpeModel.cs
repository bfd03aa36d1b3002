using System.Runtime.InteropServices;
using System.Text;

namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// Byte-pair encoding as Hugging Face's tokenizers do it: a word's characters become symbols, then the neighbours with
/// the lowest rank are merged, the leftmost first, until no merge is left.
/// </summary>
internal sealed class BpeModel : IModel
{
    /// <summary>Symbols of the longest word whose list is kept for the next one of the thread.</summary>
    private const int MostKept = 1024;

    /// <summary>Covers the byte alphabet.</summary>
    private const int DirectCharacters = 0x180;

    [ThreadStatic]
    private static List<int>? _scratch;

    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly WordCache _words = new();
    private readonly WordCache _parts;
    private readonly ByteTokens? _byteTokens;
    private readonly bool _marksWords;

    /// <summary>The ids of the first characters of Unicode; -1 for those that are no token.</summary>
    private readonly int[] _characterIds;

    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        Vocabulary = vocabulary;
        _merges = merges;
        _options = options;
        _parts = options.IgnoreMerges ? new WordCache() : _words;
        _byteTokens = options.ByteFallback ? new ByteTokens(vocabulary) : null;
        _marksWords = options.ContinuingPrefix.Length > 0 || options.EndSuffix.Length > 0;
        _characterIds = [.. Enumerable.Range(0, DirectCharacters).Select(c => vocabulary.TryGetId([(char)c], out var id) ? id : -1)];
    }

    public Vocabulary Vocabulary { get; }

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        if (text.Length > WordCache.MaxLength)
        {
            EncodeLong(text, ids);
            return;
        }

        if (_words.TryGet(text, out var cached))
        {
            ids.AddRange(cached);
            return;
        }

        var start = ids.Count;
        EncodeOnce(text, ids);
        _words.Add(text, ids, start);
    }

    /// <summary>As <see cref="Encode"/>, for a text that the caller remembers itself.</summary>
    public void EncodeOnce(ReadOnlySpan<char> text, List<int> ids)
    {
        if (_options.IgnoreMerges && Vocabulary.TryGetId(text, out var id))
        {
            ids.Add(id);
        }
        else
        {
            Merge(text, ids);
        }
    }

    /// <summary>A long text without pre-tokenization falls apart where no merge can ever reach across: the parts are cacheable.</summary>
    private void EncodeLong(ReadOnlySpan<char> text, List<int> ids)
    {
        if (_marksWords || (_options.IgnoreMerges && Vocabulary.TryGetId(text, out _)))
        {
            EncodeOnce(text, ids);
            return;
        }

        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (!_merges.CanJoin(text[i - 1], text[i]) && IsKnown(text[i - 1]) && IsKnown(text[i]))
            {
                EncodePart(text[start..i], ids);
                start = i;
            }
        }

        EncodePart(text[start..], ids);
    }

    private bool IsKnown(char c) => IdOf(c) >= 0;

    private void EncodePart(ReadOnlySpan<char> part, List<int> ids)
    {
        if (_parts.TryGet(part, out var cached))
        {
            ids.AddRange(cached);
            return;
        }

        var start = ids.Count;
        Merge(part, ids);
        _parts.Add(part, ids, start);
    }

    private void Merge(ReadOnlySpan<char> word, List<int> ids)
    {
        var symbols = _scratch ?? [];
        _scratch = null;
        symbols.Clear();
        AddSymbols(word, symbols);
        SymbolMerger.Merge(CollectionsMarshal.AsSpan(symbols), _merges, ids);
        _scratch = symbols.Capacity <= MostKept ? symbols : null;
    }

    private void AddSymbols(ReadOnlySpan<char> word, List<int> symbols)
    {
        var pendingUnknown = false;
        var position = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            var start = position;
            position += rune.Utf16SequenceLength;
            if (!_marksWords && rune.IsBmp && IdOf((char)rune.Value) is var known and >= 0)
            {
                AddUnknown(ref pendingUnknown, symbols);
                symbols.Add(known);
                continue;
            }

            var symbol = word[start..position];
            if (_marksWords)
            {
                symbol = Marked(symbol, isFirst: start == 0, isLast: position == word.Length);
            }

            if (Vocabulary.TryGetId(symbol, out var id))
            {
                AddUnknown(ref pendingUnknown, symbols);
                symbols.Add(id);
            }
            else if (_byteTokens is null || !_byteTokens.TryAppend(symbol, symbols))
            {
                if (!_options.FuseUnknown)
                {
                    AddUnknown(ref pendingUnknown, symbols);
                }

                pendingUnknown = true;
            }
        }

        AddUnknown(ref pendingUnknown, symbols);
    }

    /// <summary>The id of a token of one character; -1 where it is none.</summary>
    private int IdOf(char c) => c < DirectCharacters ? _characterIds[c] : Vocabulary.TryGetId(new ReadOnlySpan<char>(in c), out var id) ? id : -1;

    private string Marked(ReadOnlySpan<char> symbol, bool isFirst, bool isLast) =>
        string.Concat(isFirst ? "" : _options.ContinuingPrefix, symbol, isLast ? _options.EndSuffix : "");

    private void AddUnknown(ref bool pending, List<int> symbols)
    {
        if (pending && _options.UnknownId is { } id)
        {
            symbols.Add(id);
        }

        pending = false;
    }
}
