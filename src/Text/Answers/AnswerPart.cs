namespace LmDeploy.Text.Answers;

/// <summary>What a piece of an answer is.</summary>
internal enum AnswerPart
{
    /// <summary>The answer proper.</summary>
    Content,

    /// <summary>What the model thinks.</summary>
    Reasoning,

    /// <summary>The name of a function that is called; its arguments follow.</summary>
    CallName,

    /// <summary>The arguments of a call, a JSON object.</summary>
    CallArguments,

    /// <summary>The model closed a thought that it had not opened: all content so far was reasoning.</summary>
    ContentWasReasoning,
}
