using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>One line of <c>tokenize --input</c>: a prompt to encode, or ids to decode.</summary>
/// <param name="Prompt">What is encoded; null when ids are decoded.</param>
/// <param name="Ids">What is decoded; null when a prompt is encoded.</param>
/// <param name="SkipSpecialTokens">Whether special tokens are left out of decoded text.</param>
internal sealed record TokenizeLine(Prompt? Prompt, int[]? Ids, bool SkipSpecialTokens)
{
    /// <param name="line">An object with one of <c>text</c>, <c>messages</c> and <c>ids</c>.</param>
    /// <param name="addSpecialTokens">Whether special tokens are put around a text whose line does not say so itself.</param>
    public static TokenizeLine Parse(JsonElement line, bool addSpecialTokens)
    {
        switch (line.ExactlyOne("text", "messages", "ids"))
        {
            case ("text", _):
                return new TokenizeLine(LinePrompts.ReadText(line, "text", raw: true, addSpecialTokens), null, false);
            case ("messages", var messages):
                return new TokenizeLine(LinePrompts.ReadMessages(line, messages), null, false);
            case var (name, ids):
                return new TokenizeLine(null, ids.AsIds(name), line.IsSet("skip_special_tokens", otherwise: false));
        }
    }
}
