namespace LmDeploy.Evaluation;

/// <summary>What ended one model of a comparison early.</summary>
/// <param name="Code">What kind of error it was, one of the codes in docs/errors.md.</param>
/// <param name="Message">What was wrong.</param>
/// <param name="Subject">What it is about; empty when it is about no one thing.</param>
public sealed record ComparisonError(string Code, string Message, string Subject = "")
{
    internal static ComparisonError From(LmDeployException e) => new(e.Code, e.Message, e.Subject);
}
