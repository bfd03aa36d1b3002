using LmDeploy.Text.Tokenization.AddedTokens;
using LmDeploy.Text.Tokenization.Decoders;
using LmDeploy.Text.Tokenization.Json;
using LmDeploy.Text.Tokenization.Models;
using LmDeploy.Text.Tokenization.Normalizers;
using LmDeploy.Text.Tokenization.Patterns;
using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization.SentencePiece;

/// <summary>Makes a tokenizer of a SentencePiece model and the JSON files beside it.</summary>
internal sealed class SentencePieceReader
{
    private const char Space = '\u2581';

    private readonly string _file;
    private readonly SentencePieceModel _model;
    private readonly TokenizerConfig _config;
    private readonly PieceEntry[] _pieces;

    private SentencePieceReader(string file, SentencePieceModel model, TokenizerConfig config)
    {
        _file = file;
        _model = model;
        _config = config;
        _pieces = [.. model.Pieces];
    }

    public static TokenizerParts Read(string file, SentencePieceModel model, TokenizerConfig config) =>
        new SentencePieceReader(file, model, config).Read();

    private bool AddsPrefix => _model.AddDummyPrefix && _config.AddPrefixSpace;

    private TokenizerParts Read()
    {
        RequireSupported();
        RenamePlaceholders();
        var vocabulary = ReadVocabulary();
        var tokens = new AddedTokenList(vocabulary);
        for (var id = 0; id < _pieces.Length; id++)
        {
            if (_pieces[id].Kind is PieceKind.Control or PieceKind.Unknown or PieceKind.UserDefined)
            {
                var isText = _pieces[id].Kind == PieceKind.UserDefined;
                tokens.Add(new AddedToken(id, _pieces[id].Text, false, false, false, Normalized: isText, Special: !isText), _file);
            }
        }

        var config = WithDefaults();
        tokens.Apply(config);
        var isLegacy = _config.IsLegacy || !_model.EscapeSpaces;
        var escape = _model.EscapeSpaces && isLegacy ? new ReplaceNormalizer(new LiteralPattern(" "), Space.ToString()) : null;
        return new TokenizerParts
        {
            AddedTokens = tokens.Tokens,
            Normalizer = new SequenceNormalizer([.. NormalizerSteps(escape)]),
            AddedTokenNormalizer = escape,
            PreTokenizer = isLegacy ? null : new MetaspacePreTokenizer(Space, AddsPrefix ? PrependScheme.First : PrependScheme.Never, split: false),
            Model = MakeModel(vocabulary),
            Template = ConfiguredTemplate.Of(config, tokens),
            Decoder = MakeDecoder(),
            SpecialTokens = config.Names,
        };
    }

    private void RequireSupported()
    {
        if (_model.ModelType is not (SentencePieceModel.Bpe or SentencePieceModel.Unigram))
        {
            throw Invalid($"the model type {_model.ModelType} is not supported; supported are 1 (unigram) and 2 (BPE)");
        }

        if (_model.MapsCharacters)
        {
            throw Invalid($"the normalization \"{_model.Normalization}\" is not supported; supported is \"identity\"");
        }

        if (_model.SpaceIsSuffix)
        {
            throw Invalid("treat_whitespace_as_suffix is not supported; expected false");
        }

        if (_model.ModelType == SentencePieceModel.Bpe && _pieces.Any(piece => piece.Kind == PieceKind.Unused))
        {
            throw Invalid("pieces of type UNUSED are not supported in a BPE model");
        }
    }

    /// <summary>A model leaves room for tokens that are only named, by id, in tokenizer_config.json.</summary>
    private void RenamePlaceholders()
    {
        foreach (var token in _config.AddedTokens)
        {
            if (token.Id < _pieces.Length && _pieces[token.Id].Text != token.Content && _pieces[token.Id].Kind is not PieceKind.Byte)
            {
                _pieces[token.Id] = new PieceEntry(token.Content, 0, PieceKind.Control);
            }
        }
    }

    private Vocabulary ReadVocabulary()
    {
        var vocabulary = new Vocabulary(_pieces.Length);
        for (var id = 0; id < _pieces.Length; id++)
        {
            if (_pieces[id].Text.Length == 0 || !float.IsFinite(_pieces[id].Score) || !vocabulary.TryAdd(_pieces[id].Text, id))
            {
                throw Invalid($"piece {id}, \"{_pieces[id].Text}\", is empty, has no finite score or is there twice");
            }
        }

        return vocabulary;
    }

    /// <summary>transformers adds the bos token for these models unless told otherwise.</summary>
    private TokenizerConfig WithDefaults() => _config with
    {
        Names = _config.Names with
        {
            BosToken = _config.Names.BosToken ?? NameOf(_model.BosId),
            EosToken = _config.Names.EosToken ?? NameOf(_model.EosId),
            UnkToken = _config.Names.UnkToken ?? NameOf(_model.UnknownId ?? -1),
        },
        AddBosToken = _config.AddBosToken ?? true,
    };

    private string? NameOf(int id) => id >= 0 && id < _pieces.Length ? _pieces[id].Text : null;

    private IEnumerable<INormalizer> NormalizerSteps(ReplaceNormalizer? escape)
    {
        if (_model.RemoveExtraSpaces)
        {
            yield return new ReplaceNormalizer(new RegexPattern(" +"), " ");
            yield return new ReplaceNormalizer(new RegexPattern(@"\A | \z"), "");
        }

        if (AddsPrefix && (_config.IsLegacy || !_model.EscapeSpaces))
        {
            yield return new PrependNormalizer(" ");
        }

        if (escape is not null)
        {
            yield return escape;
        }
    }

    private IModel MakeModel(Vocabulary vocabulary)
    {
        if (_model.ModelType == SentencePieceModel.Bpe)
        {
            var options = new BpeOptions(_model.UnknownId, _model.ByteFallback, FuseUnknown: true, IgnoreMerges: false, "", "");
            return new BpeModel(vocabulary, SentencePieceMerges.Of(_pieces, vocabulary), options);
        }

        var scores = _pieces.Select(piece => piece.Kind is PieceKind.Normal ? piece.Score : UnigramModel.Never);
        return new UnigramModel(vocabulary, [.. scores], _model.UnknownId, _model.ByteFallback);
    }

    private DecoderPlan MakeDecoder()
    {
        var unescape = new ReplaceNormalizer(new LiteralPattern(Space.ToString()), " ");
        var stages = new List<Func<IDecoderStage>> { () => new ReplaceStage(unescape), () => new ByteFallbackStage() };
        if (AddsPrefix)
        {
            stages.Add(() => new StripInTextStage(' ', start: 1, stop: 0));
        }

        return new DecoderPlan(stages, isByteLevel: false);
    }

    private Errors.EngineException Invalid(string problem) => TokenizerErrors.InvalidFile(_file, problem);
}
