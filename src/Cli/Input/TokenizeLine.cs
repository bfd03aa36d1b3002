using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>One line of <c>tokenize --input</c>: a prompt to encode, or ids to decode.</summary>
/// <param name="Text">The text, when that is what is encoded.</param>
/// <param name="Prompt">What is encoded; null when ids are decoded.</param>
/// <param name="Ids">What is decoded; null when a prompt is encoded.</param>
/// <param name="SkipSpecialTokens">Whether special tokens are left out of decoded text.</param>
internal sealed record TokenizeLine(string? Text, Prompt? Prompt, int[]? Ids, bool SkipSpecialTokens)
{
    /// <param name="line">An object with one of <c>text</c>, <c>messages</c> and <c>ids</c>.</param>
    public static TokenizeLine Parse(JsonElement line)
    {
        switch (line.ExactlyOne("text", "messages", "ids"))
        {
            case ("text", var value):
                var text = value.AsText("text");
                return new TokenizeLine(text, Prompt.FromText(text, raw: true), null, false);
            case ("messages", var messages):
                return new TokenizeLine(null, PromptFields.ReadMessages(line, messages), null, false);
            case var (name, ids):
                var skip = line.Has("skip_special_tokens") && line.GetProperty("skip_special_tokens").AsBoolean("skip_special_tokens");
                return new TokenizeLine(null, null, ids.AsIds(name), skip);
        }
    }
}
