namespace LmDeploy.Text.Tokenization;

/// <summary>The named tokens of tokenizer_config.json, as chat templates see them; null where the model names none.</summary>
internal sealed record SpecialTokens(string? BosToken, string? EosToken, string? UnkToken, string? PadToken)
{
    /// <summary>Those that there are, under the names that chat templates know them by.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        new[] { ("bos_token", BosToken), ("eos_token", EosToken), ("unk_token", UnkToken), ("pad_token", PadToken) }
            .Where(token => token.Item2 is not null)
            .ToDictionary(token => token.Item1, token => token.Item2!, StringComparer.Ordinal);
}
