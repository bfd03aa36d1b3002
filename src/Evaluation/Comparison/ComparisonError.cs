namespace LmDeploy.Evaluation;

/// <summary>The error that ended one model of a comparison early.</summary>
public sealed record ComparisonError
{
    /// <summary>What kind of error it was, one of the codes in docs/errors.md.</summary>
    public required string Code { get; init; }

    /// <summary>What was wrong.</summary>
    public required string Message { get; init; }

    /// <summary>What it is about; empty when it is about no one thing.</summary>
    public string Subject { get; init; } = "";

    internal static ComparisonError From(LmDeployException e) => new() { Code = e.Code, Message = e.Message, Subject = e.Subject };
}
