using System.Diagnostics.CodeAnalysis;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text;

/// <summary>
/// The tokenizer of a Hugging Face model folder: <c>tokenizer.json</c> (BPE and Unigram), else SentencePiece's
/// <c>tokenizer.model</c>. Ids and texts are those of Hugging Face's tokenizers.
/// </summary>
/// <remarks>
/// <para>Safe for concurrent use. Immutable but for a cache of short words, which is bounded: load a tokenizer once.</para>
/// <para>
/// Files are data of strangers. None may have more than 64 MiB, JSON more than 64 levels, or an id more than 16,777,215. A
/// normalizer may make at most 32 times the bytes of a text (and 64 KiB beside them). One match of a tokenizer's regular
/// expression may take at most 2 seconds. No code of a model folder is run.
/// </para>
/// </remarks>
public sealed class Tokenizer
{
    private readonly ModelTokenizer _model;

    private Tokenizer(ModelTokenizer model)
    {
        _model = model;
        var names = model.SpecialTokens;
        (BosToken, EosToken, UnkToken, PadToken) = (names.BosToken, names.EosToken, names.UnkToken, names.PadToken);
    }

    /// <summary>The highest id + 1. Ids in between may stand for no token, and a model may have more ids than its tokenizer.</summary>
    public int VocabularySize => _model.VocabularySize;

    /// <summary>The token that begins a text; null when the folder names none.</summary>
    public string? BosToken { get; }

    /// <summary>The token that ends a text; null when the folder names none.</summary>
    public string? EosToken { get; }

    /// <summary>The token for text that has no token; null when the folder names none.</summary>
    public string? UnkToken { get; }

    /// <summary>The token that fills batches; null when the folder names none.</summary>
    public string? PadToken { get; }

    /// <summary>The id of <see cref="BosToken"/>; null without one.</summary>
    public int? BosTokenId => IdOf(BosToken);

    /// <summary>The id of <see cref="EosToken"/>; null without one.</summary>
    public int? EosTokenId => IdOf(EosToken);

    /// <summary>The id of <see cref="UnkToken"/>; null without one.</summary>
    public int? UnkTokenId => IdOf(UnkToken);

    /// <summary>The id of <see cref="PadToken"/>; null without one.</summary>
    public int? PadTokenId => IdOf(PadToken);

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <param name="folder">
    /// The folder with <c>tokenizer.json</c> or <c>tokenizer.model</c>, and, where the model has them,
    /// <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or no path.</exception>
    /// <exception cref="TokenizerException">There is no tokenizer, or a file is malformed or unsupported.</exception>
    public static Tokenizer Load(string folder)
    {
        FolderPath.Check(folder);
        try
        {
            return new Tokenizer(ModelTokenizer.Load(folder));
        }
        catch (EngineException e)
        {
            throw new TokenizerException(e);
        }
    }

    /// <summary>The token ids of a text. Special tokens that the text contains become their ids.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="addSpecialTokens">
    /// Whether to add the tokens that the model expects around a text, for example <see cref="BosToken"/>. Default: true. Pass
    /// false for a rendered chat template, which has them already.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The text is not valid UTF-16 (half of a surrogate pair), has no token in a vocabulary without an unknown token, or
    /// exceeds a bound of <see cref="Tokenizer"/>.
    /// </exception>
    public int[] Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return _model.Encode(text, addSpecialTokens);
        }
        catch (EngineException e)
        {
            throw new ArgumentException(e.Message, nameof(text), e.InnerException);
        }
    }

    /// <summary>How many tokens a text has.</summary>
    /// <param name="text"><inheritdoc cref="Encode" path="/param[@name='text']"/></param>
    /// <param name="addSpecialTokens"><inheritdoc cref="Encode" path="/param[@name='addSpecialTokens']"/></param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    /// <exception cref="ArgumentException">As <see cref="Encode"/>.</exception>
    public int CountTokens(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return _model.Count(text, addSpecialTokens);
        }
        catch (EngineException e)
        {
            throw new ArgumentException(e.Message, nameof(text), e.InnerException);
        }
    }

    /// <summary>The text of a sequence of token ids. Bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Token ids. Those that stand for no token add no text, as those of a padded vocabulary do.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out. Default: true.</param>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _model.Decode(ids as IReadOnlyList<int> ?? [.. ids], skipSpecialTokens);
    }

    /// <summary>Starts to decode a sequence id by id, for text that is shown while it is generated.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out. Default: true.</param>
    public IncrementalDecoder CreateDecoder(bool skipSpecialTokens = true) => _model.CreateDecoder(skipSpecialTokens);

    /// <summary>Finds the id of a token.</summary>
    /// <param name="token">The token as the vocabulary spells it: byte-level BPE writes the space as <c>Ġ</c>, SentencePiece as <c>▁</c>.</param>
    /// <param name="id">The id; 0 when there is none.</param>
    /// <returns>Whether the vocabulary has the token.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="token"/> is null.</exception>
    public bool TryGetId(string token, out int id)
    {
        ArgumentNullException.ThrowIfNull(token);
        var found = _model.IdOf(token);
        id = found.GetValueOrDefault();
        return found is not null;
    }

    /// <summary>Finds the token of an id, spelled as in <see cref="TryGetId"/>. <see cref="Decode"/> returns its text.</summary>
    /// <param name="id">Any number.</param>
    /// <param name="token">The token; null when there is none.</param>
    /// <returns>Whether the id stands for a token.</returns>
    public bool TryGetToken(int id, [NotNullWhen(true)] out string? token)
    {
        token = _model.TokenOf(id);
        return token is not null;
    }

    /// <summary>Whether an id is that of a special token, which <see cref="Decode"/> can leave out.</summary>
    /// <param name="id">Any number.</param>
    public bool IsSpecial(int id) => _model.IsSpecial(id);

    private int? IdOf(string? token) => token is null ? null : _model.IdOf(token);
}
