using LmDeploy.Text.Tokenization.AddedTokens;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>What tokenizer_config.json and its companions add to a tokenizer.</summary>
/// <param name="File">The path of tokenizer_config.json, for messages.</param>
/// <param name="Names">bos, eos, unk and pad.</param>
/// <param name="AddedTokens">Tokens with their ids, besides those of the tokenizer's own file.</param>
/// <param name="Special">All tokens named as special; an id of -1 stands for one that is only named by its content.</param>
/// <param name="AddBosToken">Whether a text begins with the bos token; null where the file does not say.</param>
/// <param name="AddEosToken">Whether a text ends with the eos token; null where the file does not say.</param>
internal sealed record TokenizerConfig(
    string File,
    SpecialTokens Names,
    IReadOnlyList<AddedToken> AddedTokens,
    IReadOnlyList<AddedToken> Special,
    bool? AddBosToken,
    bool? AddEosToken)
{
    /// <summary>
    /// What LlamaTokenizer calls legacy: whether a space is put before the text after each special token rather than before the whole one. It counts without a
    /// tokenizer.json.
    /// </summary>
    public bool IsLegacy { get; init; } = true;

    /// <summary>Whether a space is put before texts at all. It counts without a tokenizer.json.</summary>
    public bool AddPrefixSpace { get; init; } = true;
}
