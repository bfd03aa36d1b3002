using LmDeploy.Text.Tokenization.AddedTokens;
using LmDeploy.Text.Tokenization.PostProcessors;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>The template that "add_bos_token" and "add_eos_token" of tokenizer_config.json ask for.</summary>
internal static class ConfiguredTemplate
{
    public static Template Of(TokenizerConfig config, AddedTokenList tokens) => new(
        config.AddBosToken is true ? Ids(config.Names.BosToken, "bos_token", config, tokens) : [],
        config.AddEosToken is true ? Ids(config.Names.EosToken, "eos_token", config, tokens) : []);

    private static int[] Ids(string? token, string name, TokenizerConfig config, AddedTokenList tokens)
    {
        if (token is null)
        {
            return [];
        }

        return tokens.FindId(token) is { } id
            ? [id]
            : throw TokenizerErrors.InvalidFile(config.File, $"the {name} \"{token}\" is to be added but is not in the vocabulary");
    }
}
