using System.Text.Json;
using LmDeploy.Cli.Input;

namespace LmDeploy.Cli.Evaluation;

/// <summary>One question of an evaluation file.</summary>
/// <param name="Category">What kind of question it is; empty when the file does not say.</param>
/// <param name="Prompt">What is asked.</param>
/// <param name="Expected">The right answer.</param>
internal sealed record Question(string Category, Prompt Prompt, string Expected)
{
    /// <param name="line">An object with <c>expected</c> and one of <c>prompt</c> and <c>messages</c>; <c>category</c> is optional.</param>
    public static Question Parse(JsonElement line)
    {
        if (!line.Has("expected"))
        {
            throw new FormatException("expected is needed");
        }

        var prompt = line.ExactlyOne("prompt", "messages") is ("prompt", _)
            ? PromptFields.ReadText(line, "prompt", raw: false)
            : PromptFields.ReadMessages(line, line.GetProperty("messages"));
        var category = line.Has("category") ? line.GetProperty("category").AsText("category") : "";
        return new Question(category, prompt, line.GetProperty("expected").AsText("expected"));
    }

    /// <summary>Whether an answer is right: the same text, white space around it aside.</summary>
    public bool IsRight(Response answer) => answer.ErrorCode is null && answer.Text.Trim() == Expected.Trim();
}
