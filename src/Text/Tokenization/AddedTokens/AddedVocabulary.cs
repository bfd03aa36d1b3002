using LmDeploy.Text.Tokenization.Normalizers;

namespace LmDeploy.Text.Tokenization.AddedTokens;

/// <summary>The added tokens by id and by content, and their places in a text. Immutable and safe for concurrent use.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher _normalized;

    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, INormalizer? normalizer)
    {
        foreach (var token in tokens)
        {
            _byId[token.Id] = token;
            _ids[token.Content] = token.Id;
            Size = Math.Max(Size, token.Id + 1);
        }

        _raw = new AddedTokenMatcher(tokens.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _normalized = new AddedTokenMatcher(tokens
            .Where(token => token.Normalized)
            .Select(token => (normalizer?.Normalize(token.Content) ?? token.Content, token)));
    }

    /// <summary>The highest id + 1.</summary>
    public int Size { get; }

    public int? IdOf(string content) => _ids.TryGetValue(content, out var id) ? id : null;

    public AddedToken? TokenOf(int id) => _byId.GetValueOrDefault(id);

    /// <summary>Cuts the text as given at the tokens to be found there.</summary>
    public List<(string Text, AddedToken? Token)> SplitRaw(string text) => _raw.Split(text);

    /// <summary>Cuts normalized text at the tokens to be found there.</summary>
    public List<(string Text, AddedToken? Token)> SplitNormalized(string text) => _normalized.Split(text);
}
