using System.Text.Json;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Http.Errors;

/// <summary>Writes errors in OpenAI's form: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal static class ErrorJson
{
    /// <summary>Seconds after which a request that found a full queue or no room is worth another try.</summary>
    private const string RetryAfter = "1";

    public static void Write(Utf8JsonWriter json, ApiException error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", HttpStatus.TypeOf(error.Status));
        json.WriteString("param", error.Parameter);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static Task WriteAsync(HttpContext http, ApiException error)
    {
        http.Response.StatusCode = error.Status;
        if (error.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = RetryAfter;
        }

        return JsonReply.WriteAsync(http, json => Write(json, error));
    }
}
