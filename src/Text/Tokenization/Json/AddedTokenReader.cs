using LmDeploy.Text.Tokenization.AddedTokens;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads one added token as tokenizer.json and tokenizer_config.json write it.</summary>
internal static class AddedTokenReader
{
    public static AddedToken Read(JsonPlace place, int id, bool special)
    {
        return new AddedToken(
            id,
            place.Member("content").AsString(),
            place.Flag("single_word", false),
            place.Flag("lstrip", false),
            place.Flag("rstrip", false),
            place.Flag("normalized", !special),
            place.Flag("special", special));
    }
}
