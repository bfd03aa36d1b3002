using System.Buffers;
using System.Text.Json;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Http;

/// <summary>Answers with server-sent events, each of one JSON value. Not thread-safe.</summary>
internal sealed class EventStream(HttpContext http) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonReply.Options);

    /// <summary>Whether anything was written, so that an error cannot have a status of its own any more.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Writes an event; it leaves with the next <see cref="FlushAsync"/>.</summary>
    public void Write(Action<Utf8JsonWriter> write)
    {
        Begin();
        var body = http.Response.BodyWriter;
        body.Write("data: "u8);
        _json.Reset(body);
        write(_json);
        _json.Flush();
        body.Write("\n\n"u8);
    }

    /// <summary>Whether only the head of the answer was asked for (HEAD), which is no stream then.</summary>
    public bool IsHeadOnly => HttpMethods.IsHead(http.Request.Method);

    /// <summary>Sends what was written; before the first event that the stream has begun.</summary>
    public async ValueTask FlushAsync()
    {
        Begin();
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>Writes the word that OpenAI's streams end with.</summary>
    public async Task EndAsync()
    {
        Begin();
        http.Response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await FlushAsync();
    }

    /// <summary>Tells the caller in the stream what went wrong, and ends it.</summary>
    public Task FailAsync(ApiException error)
    {
        Write(json => ErrorJson.Write(json, error));
        return EndAsync();
    }

    public void Dispose() => _json.Dispose();

    private void Begin()
    {
        if (!HasBegun)
        {
            HasBegun = true;
            http.Response.ContentType = "text/event-stream; charset=utf-8";
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no"; // So that a proxy such as nginx hands on each event at once.
        }
    }
}
