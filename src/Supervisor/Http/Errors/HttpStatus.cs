using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Errors;

/// <summary>The HTTP status that goes with an error code, and the kind of error that OpenAI's clients know it by.</summary>
internal static class HttpStatus
{
    public static int Of(string code) => code switch
    {
        ErrorCodes.InvalidRequest or ErrorCodes.ContextLengthExceeded or ErrorCodes.PreprocessFailed or ErrorCodes.UnsupportedFeature =>
            StatusCodes.Status400BadRequest,
        ErrorCodes.PipelineNotFound => StatusCodes.Status404NotFound,
        ErrorCodes.RequestConflict => StatusCodes.Status409Conflict,
        ErrorCodes.PoisonedRequest => StatusCodes.Status422UnprocessableEntity,
        ErrorCodes.QueueFull or ErrorCodes.QuotaExceeded => StatusCodes.Status429TooManyRequests,
        ErrorCodes.RequestCancelled => StatusCodes.Status499ClientClosedRequest,
        ErrorCodes.LoadTimeout => StatusCodes.Status504GatewayTimeout,
        ErrorCodes.InsufficientMemory or ErrorCodes.OutOfMemory or ErrorCodes.Stopped or ErrorCodes.SupervisorUnavailable or ErrorCodes.EngineUnavailable
            => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status404NotFound => "not_found_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}
