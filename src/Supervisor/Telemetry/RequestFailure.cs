namespace LmDeploy.Supervisor.Telemetry;

/// <summary>The code of the error that a request failed with, noted for its line in the log.</summary>
internal static class RequestFailure
{
    private static readonly object _key = new();

    public static void Note(HttpContext http, string code) => http.Items[_key] = code;

    /// <summary>Null where it did not fail.</summary>
    public static string? Of(HttpContext http) => http.Items[_key] as string;
}
