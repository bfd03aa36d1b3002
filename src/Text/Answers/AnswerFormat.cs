using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>How a model writes answers: what begins and ends thoughts, how calls are written, what ends an answer. Immutable.</summary>
internal abstract class AnswerFormat
{
    /// <summary>The words that answers are split by. Those that are special tokens have to be shown.</summary>
    /// <param name="readsCalls">Whether there are functions that may be called.</param>
    public abstract IEnumerable<string> Words(bool readsCalls);

    /// <summary>Tokens that end an answer beside the model's own.</summary>
    public virtual IReadOnlyList<string> EndTokens => [];

    /// <param name="promptEnd">What the prompt ends with, special tokens included.</param>
    /// <param name="tools">The functions that may be called.</param>
    /// <param name="isGuided">Whether the answer is held to a response format, so that no words of its own precede it.</param>
    public abstract IAnswerReader CreateReader(string promptEnd, ToolSet tools, bool isGuided);
}
