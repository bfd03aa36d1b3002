using System.Text.Json;

namespace LmDeploy.Cli.Input;

/// <summary>One prompt of a <c>--prompts</c> file, and how it shall be answered.</summary>
internal sealed record PromptLine(Prompt Prompt, GenerationConfig Config)
{
    /// <param name="line">An object with one of <c>prompt</c>, <c>messages</c> and <c>input_ids</c>.</param>
    /// <param name="config">What the line does not say itself.</param>
    /// <param name="raw">Whether texts are taken without the chat template.</param>
    public static PromptLine Parse(JsonElement line, GenerationConfig config, bool raw) => new(LinePrompts.Read(line, raw), ConfigFields.Apply(line, config));
}
