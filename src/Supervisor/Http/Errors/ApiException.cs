using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Errors;

/// <summary>A request that is answered with an error.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">One of <see cref="ErrorCodes"/> or <see cref="ApiErrorCodes"/>.</param>
/// <param name="message">What is wrong, and what would be right.</param>
/// <param name="parameter">The field of the request that it is about; null when it is about none.</param>
internal sealed class ApiException(int status, string code, string message, string? parameter = null) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public string? Parameter => parameter;

    /// <summary>A request that cannot be meant.</summary>
    public static ApiException Invalid(string message, string? parameter) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, message, parameter);

    /// <summary>The last word of a stream that would go on for ever.</summary>
    public static ApiException Ending() => new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.SupervisorUnavailable, "The server is shutting down.");

    /// <summary>What one prompt failed with.</summary>
    public static ApiException From(Error error) => new(
        error.Code == ErrorCodes.OutOfMemory ? StatusCodes.Status400BadRequest : HttpStatus.Of(error.Code),
        error.Code,
        error.Message,
        NullIfEmpty(error.Subject));

    /// <summary>What a whole call failed with.</summary>
    public static ApiException From(SupervisorException failure) =>
        new(HttpStatus.Of(failure.Error.Code), failure.Error.Code, failure.Message, NullIfEmpty(failure.Error.Subject));

    private static string? NullIfEmpty(string subject) => subject.Length == 0 ? null : subject;
}
