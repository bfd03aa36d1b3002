namespace LmDeploy.Text.Tokenization;

/// <summary>The named tokens of tokenizer_config.json, as chat templates see them; null where the model names none.</summary>
internal sealed record SpecialTokens(string? BosToken, string? EosToken, string? UnkToken, string? PadToken);
