using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>
/// Harmony, the format of GPT-OSS: an answer is messages, each with a channel. <c>analysis</c> is reasoning; a message to <c>functions.NAME</c> is a call;
/// <c>final</c> and the rest
/// of <c>commentary</c> are content.
/// </summary>
internal sealed class HarmonyFormat : AnswerFormat
{
    public const string Name = "harmony";

    public const string Start = "<|start|>";
    public const string Channel = "<|channel|>";
    public const string Message = "<|message|>";
    public const string Constrain = "<|constrain|>";
    public const string End = "<|end|>";
    public const string Call = "<|call|>";
    public const string Return = "<|return|>";

    /// <summary>Tokens that no other format has together.</summary>
    public static IReadOnlyList<string> Signs => [Channel, Message];

    public override IReadOnlyList<string> EndTokens => [Call, Return];

    public override IEnumerable<string> Words(bool readsCalls) => [Start, Channel, Message, Constrain, End, Call, Return];

    public override IAnswerReader CreateReader(string promptEnd, ToolSet tools, bool isGuided)
    {
        if (isGuided)
        {
            return new PlainReader();
        }

        // The prompt may have begun the answer's message, with more than its role perhaps.
        var begin = promptEnd.LastIndexOf(Start, StringComparison.Ordinal);
        var begun = begin < 0 ? "" : promptEnd[(begin + Start.Length)..];
        return new HarmonyReader(tools, begun.Contains("<|", StringComparison.Ordinal) ? Start + begun : "");
    }
}
