namespace LmDeploy.Supervisor.Http.Errors;

/// <summary>Codes of errors that only HTTP has, besides those of <see cref="V1.ErrorCodes"/>; docs/errors.md says what each means.</summary>
internal static class ApiErrorCodes
{
    public const string InvalidApiKey = "invalid_api_key";
    public const string PermissionDenied = "permission_denied";
    public const string RouteNotFound = "route_not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string RequestTooLarge = "request_too_large";
    public const string TooManyBytes = "too_many_bytes";
    public const string RequestTimeout = "request_timeout";
    public const string UnsupportedMediaType = "unsupported_media_type";
}
