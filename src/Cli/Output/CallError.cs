namespace LmDeploy.Cli.Output;

/// <summary>An error as it is printed and written.</summary>
/// <param name="Code">One of the codes in docs/errors.md.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Subject">What it is about; empty when that is no single thing.</param>
/// <param name="Failure">How the worker ended, when that is the cause.</param>
internal sealed record CallError(string Code, string Message, string Subject, WorkerFailure? Failure = null)
{
    public static CallError From(LmDeployException e) => new(e.Code, e.Message, e.Subject, e.Failure);

    public static CallError? From(Response response)
        => response.ErrorCode is { } code ? new CallError(code, response.ErrorMessage ?? "", response.ErrorSubject ?? "", response.Failure) : null;

    public static CallError? From(string? code, string? message) => code is null ? null : new CallError(code, message ?? "", "");
}
