namespace LmDeploy.Supervisor.Http;

/// <summary>
/// Names of models in paths. They may have slashes, as <c>organization/model</c> has; clients of OpenAI's API write such a slash as <c>%2F</c>, others leave
/// it.
/// </summary>
internal static class ModelName
{
    private const string RouteValue = "name";

    /// <summary>The rest of a route, for names with slashes.</summary>
    public const string Route = "{**" + RouteValue + "}";

    /// <summary>The name that a request's path ends with. Routing has decoded all but slashes.</summary>
    public static string Of(HttpContext http) => ((string)http.Request.RouteValues[RouteValue]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name before an action, as in <c>NAME/restart</c>.</summary>
    /// <returns>Null when the path does not end with the action.</returns>
    public static string? Before(HttpContext http, string action) =>
        Of(http) is var path && path.EndsWith("/" + action, StringComparison.Ordinal) ? path[..^(action.Length + 1)] : null;
}
