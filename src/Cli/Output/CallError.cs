namespace LmDeploy.Cli.Output;

/// <summary>An error as it is printed and written.</summary>
/// <param name="Code">One of the codes in docs/errors.md.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Subject">What it is about; empty when that is no single thing.</param>
internal sealed record CallError(string Code, string Message, string Subject)
{
    public static CallError From(LmDeployException e) => new(e.Code, e.Message, e.Subject);

    public static CallError? From(Response response)
        => response.ErrorCode is { } code ? new CallError(code, response.ErrorMessage ?? "", response.ErrorSubject ?? "") : null;
}
