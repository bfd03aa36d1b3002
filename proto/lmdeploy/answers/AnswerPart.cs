namespace LmDeploy.Answers;

/// <summary>What a piece of an answer belongs to.</summary>
internal enum AnswerPart
{
    /// <summary>The answer proper.</summary>
    Content,

    /// <summary>What the model thought before it.</summary>
    Reasoning,

    /// <summary>The name of a function that is called; its arguments follow.</summary>
    CallName,

    /// <summary>A piece of a call's arguments, JSON.</summary>
    CallArguments,
}
