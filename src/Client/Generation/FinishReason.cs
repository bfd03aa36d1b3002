namespace LmDeploy;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>A reason that this version of the client does not know.</summary>
    Unknown,

    /// <summary>The model ended it, or a stop word or stop token did.</summary>
    Stop,

    /// <summary>The tokens allowed, or the model's context, were used up.</summary>
    Length,

    /// <summary>The prompt could not be answered; <see cref="Response.ErrorCode"/> says why.</summary>
    Error,

    /// <summary>The request was cancelled.</summary>
    Abort,
}
