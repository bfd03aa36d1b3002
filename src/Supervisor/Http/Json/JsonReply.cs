using System.Text.Encodings.Web;
using System.Text.Json;

namespace LmDeploy.Supervisor.Http.Json;

/// <summary>Answers with one JSON value.</summary>
internal static class JsonReply
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write) => WriteAsync(http, [write]);

    /// <summary>Streams a value piece by piece with back-pressure, so that a large answer is never in memory as a whole.</summary>
    public static async Task WriteAsync(HttpContext http, IEnumerable<Action<Utf8JsonWriter>> pieces)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        var body = http.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(body, Options);
        foreach (var write in pieces)
        {
            write(json);
            await json.FlushAsync(http.RequestAborted);
            await body.FlushAsync(http.RequestAborted);
        }
    }
}
