using LmDeploy.Text.Tokenization.Json;

namespace LmDeploy.Text.Tokenization.AddedTokens;

/// <summary>Gathers the added tokens of a model from its files: each content and each id once, in agreement with the vocabulary.</summary>
internal sealed class AddedTokenList(Vocabulary vocabulary)
{
    private readonly Dictionary<string, AddedToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _contents = [];

    public IReadOnlyList<AddedToken> Tokens => [.. _tokens.Values];

    /// <summary>
    /// Adds a token of the tokenizer's own file, as Hugging Face's library does: an empty one is left out, and of those that are there twice the last one's
    /// flags count.
    /// </summary>
    public void Add(AddedToken token, string file)
    {
        if (token.Content.Length > 0)
        {
            Put(_tokens.TryGetValue(token.Content, out var known) ? token with { Id = known.Id } : token, file);
        }
    }

    /// <summary>
    /// Applies tokenizer_config.json the way transformers does: its flags count, tokens it names as special become
    /// special, and a named token that no vocabulary has is left out.
    /// </summary>
    public void Apply(TokenizerConfig config)
    {
        foreach (var token in config.AddedTokens.Where(token => token.Content.Length > 0))
        {
            Put(token with { Id = FindId(token.Content) ?? token.Id }, config.File);
        }

        foreach (var token in config.Special)
        {
            if (_tokens.TryGetValue(token.Content, out var known))
            {
                _tokens[token.Content] = known with { Special = true };
            }
            else if (vocabulary.TryGetId(token.Content, out var id))
            {
                Put(token with { Id = id, Special = true }, config.File);
            }
        }
    }

    public int? FindId(string content)
    {
        if (_tokens.TryGetValue(content, out var known))
        {
            return known.Id;
        }

        return vocabulary.TryGetId(content, out var id) ? id : null;
    }

    private void Put(AddedToken token, string file)
    {
        var owner = _contents.GetValueOrDefault(token.Id) ?? (vocabulary.TryGetToken(token.Id, out var other) ? other : token.Content);
        if (owner != token.Content)
        {
            throw TokenizerErrors.InvalidFile(file, $"the added token \"{token.Content}\" has the id {token.Id}, which is that of \"{owner}\"");
        }

        if (vocabulary.TryGetId(token.Content, out var id) && id != token.Id)
        {
            throw TokenizerErrors.InvalidFile(file, $"the added token \"{token.Content}\" has the id {token.Id}, in the vocabulary it has {id}");
        }

        _tokens[token.Content] = token;
        _contents[token.Id] = token.Content;
    }
}
