using System.Text;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization.AddedTokens;
using LmDeploy.Text.Tokenization.Json;
using LmDeploy.Text.Tokenization.Normalizers;
using LmDeploy.Text.Tokenization.PreTokenizers;
using LmDeploy.V1;
using LmDeploy.Validation;

namespace LmDeploy.Text.Tokenization;

/// <summary>
/// The tokenizer of a model folder, with the results of Hugging Face's tokenizers. Immutable but for its cache of words,
/// and safe for concurrent use.
/// </summary>
internal sealed class ModelTokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedVocabulary _added;

    public ModelTokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _added = new AddedVocabulary(parts.AddedTokens, parts.AddedTokenNormalizer);
        VocabularySize = Math.Max(parts.Model.Vocabulary.Size, _added.Size);
    }

    /// <summary>The highest id + 1; ids in between may be unused.</summary>
    public int VocabularySize { get; }

    public SpecialTokens SpecialTokens => _parts.SpecialTokens;

    /// <summary>The special tokens that the model expects before a text.</summary>
    public IReadOnlyList<int> TokensBeforeText => _parts.Template.Before;

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <exception cref="Errors.EngineException">invalid_tokenizer, naming the file and the place in it.</exception>
    public static ModelTokenizer Load(string folder)
    {
        var parts = TokenizerFolder.Read(folder);
        try
        {
            return new ModelTokenizer(parts);
        }
        catch (EngineException e) when (e.Code == ErrorCodes.InvalidRequest)
        {
            throw TokenizerErrors.InvalidFile(Find(folder), $"an added token cannot be normalized: {e.Message}", e.InnerException);
        }
    }

    /// <summary>The file that the tokenizer of a model folder is read from; it can be opened.</summary>
    /// <exception cref="Errors.EngineException">invalid_tokenizer: there is none, or it cannot be opened.</exception>
    public static string Find(string folder) => TokenizerFolder.Find(folder);

    /// <summary>The ids of a text. Special tokens in the text are recognised.</summary>
    /// <param name="addSpecialTokens">Whether to add those that the model expects around a text, such as the first one.</param>
    /// <exception cref="Errors.EngineException">invalid_request: the text is not valid UTF-16.</exception>
    public int[] Encode(string text, bool addSpecialTokens) => [.. EncodeToList(text, addSpecialTokens)];

    /// <summary>How many ids <see cref="Encode"/> returns.</summary>
    public int Count(string text, bool addSpecialTokens) => EncodeToList(text, addSpecialTokens).Count;

    private List<int> EncodeToList(string text, bool addSpecialTokens)
    {
        RequireWellFormed(text);
        var ids = new List<int>((text.Length / 3) + 8);
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Template.Before);
        }

        EncodeText(text, ids);
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Template.After);
        }

        return ids;
    }

    /// <summary>The text of a sequence of ids; ids that stand for no token are left out.</summary>
    /// <param name="mostCharacters">The longest text that may come of them.</param>
    /// <exception cref="Errors.EngineException">invalid_request: it is longer.</exception>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens, int mostCharacters = int.MaxValue)
    {
        var decoder = CreateDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(decoder.Append(id));
            if (text.Length > mostCharacters)
            {
                throw TokenizerErrors.InvalidText($"the {ids.Count} token ids make a text of more than {mostCharacters} characters; send fewer at once");
            }
        }

        return text.Append(decoder.Flush()).ToString();
    }

    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens) => CreateDecoder(id => skipSpecialTokens && IsSpecial(id), followsText: false);

    /// <param name="skips">Says of an id whether it is left out.</param>
    /// <param name="followsText">Whether the ids go on after others: the first one keeps a space then that the beginning of a text loses.</param>
    public IncrementalDecoder CreateDecoder(Func<int, bool> skips, bool followsText) =>
        new(id => skips(id) ? null : SpellingOf(id), _parts.Decoder.Start(followsText));

    public int? IdOf(string token) =>
        _added.IdOf(token) ?? (_parts.Model.Vocabulary.TryGetId(token, out var id) ? id : null);

    public string? TokenOf(int id) =>
        _added.TokenOf(id)?.Content ?? (_parts.Model.Vocabulary.TryGetToken(id, out var token) ? token : null);

    public bool IsSpecial(int id) => _added.TokenOf(id) is { Special: true };

    /// <summary>
    /// The bytes of UTF-8 that an id adds to a text, which may be part of a character; none for special tokens and ids that stand for no token.
    /// </summary>
    /// <param name="isFirst">Whether it is the text's first token: some lose a space there.</param>
    public byte[] BytesOf(int id, bool isFirst) => !IsSpecial(id) && SpellingOf(id) is { } token ? _parts.Decoder.BytesOf(token, isFirst) : [];

    /// <summary>The token as the decoder takes it; null where the id stands for no token.</summary>
    private string? SpellingOf(int id) => _added.TokenOf(id) is { } added ? _parts.Decoder.Spell(added.Content) : TokenOf(id);

    private static void RequireWellFormed(string text)
    {
        if (Utf16.IndexOfLoneSurrogate(text) is var position and >= 0)
        {
            throw TokenizerErrors.InvalidText(
                $"the text is not valid Unicode: half of a surrogate pair (U+{(int)text[position]:X4}) stands alone at position {position}");
        }
    }

    private void EncodeText(string text, List<int> ids)
    {
        var atStart = true;
        var left = NormalizedSize.MostFor(text);
        foreach (var (part, token) in _added.SplitRaw(text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodePart(part, atStart, ids, ref left);
            }

            atStart = false;
        }
    }

    /// <param name="left">The most bytes that may come of the rest of the text; lowered by what comes of this part.</param>
    private void EncodePart(string part, bool atStart, List<int> ids, ref long left)
    {
        var normalized = _parts.Normalizer?.Normalize(part, left) ?? part;
        left -= Encoding.UTF8.GetByteCount(normalized);
        foreach (var (piece, token) in _added.SplitNormalized(normalized))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
            }
            else
            {
                EncodePiece(new Piece(piece.AsMemory(), atStart), ids);
            }

            atStart = false;
        }
    }

    private void EncodePiece(Piece piece, List<int> ids)
    {
        if (_parts.PreTokenizer is null)
        {
            _parts.Model.Encode(piece.Text.Span, ids);
            return;
        }

        _parts.PreTokenizer.SplitEach(piece, word => _parts.Model.Encode(word.Text.Span, ids));
    }
}
