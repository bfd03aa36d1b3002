namespace LmDeploy;

/// <summary>A call failed. What fails for one prompt of a batch is a <see cref="Response"/> with <see cref="FinishReason.Error"/> instead.</summary>
public class LmDeployException : Exception
{
    /// <summary>Makes an error from what is known about it.</summary>
    /// <param name="code">One of the codes in docs/errors.md, for example <c>out_of_memory</c>.</param>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    /// <param name="subject">The file, tensor or setting the error is about; empty when there is none.</param>
    /// <param name="innerException">What led to it.</param>
    public LmDeployException(string code, string message, string subject = "", Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Subject = subject;
    }

    /// <summary>One of the codes in docs/errors.md, for example <c>out_of_memory</c>.</summary>
    public string Code { get; }

    /// <summary>The file, tensor or setting the error is about; empty when there is none.</summary>
    public string Subject { get; }

    /// <summary>How the worker ended, when that is the cause; null otherwise.</summary>
    public WorkerFailure? Failure { get; internal init; }
}
