using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>Asks a server with OpenAI's API for completions of token ids, as server-sent events.</summary>
/// <param name="url">As far as <c>/v1</c>.</param>
/// <param name="model">How the server calls its model.</param>
/// <param name="apiKey">Null for none.</param>
internal sealed class OpenAiTokens(Uri url, string model, string? apiKey) : ITokenSource, IDisposable
{
    private const string Done = "[DONE]";

    private readonly Uri _completions = new($"{url.AbsoluteUri.TrimEnd('/')}/completions");
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <remarks>
    /// An event with text counts as one token; where a server sums up what it has sent (<c>continuous_usage_stats</c>), that counts instead, and so does the
    /// sum at the end.
    /// </remarks>
    public async IAsyncEnumerable<int> AskAsync(ServeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var received = 0;
        await using var events = ReadAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(events, cancellationToken))
        {
            var now = CountTokens(events.Current, received);
            if (now > received)
            {
                yield return now - received;
                received = now;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<bool> NextAsync(IAsyncEnumerator<JsonDocument> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException && !cancellationToken.IsCancellationRequested)
        {
            throw new LmDeployException("server_failed", e.Message, "", e);
        }
    }

    private static int CountTokens(JsonDocument chunk, int received)
    {
        using (chunk)
        {
            if (chunk.RootElement.TryGetProperty("error", out var error))
            {
                throw new LmDeployException("server_failed", error.ToString());
            }

            if (chunk.RootElement.TryGetProperty("usage", out var usage)
                && usage.ValueKind == JsonValueKind.Object
                && usage.TryGetProperty("completion_tokens", out var tokens))
            {
                return tokens.GetInt32();
            }

            return chunk.RootElement.TryGetProperty("choices", out var choices)
                && choices.GetArrayLength() > 0
                && choices[0].TryGetProperty("text", out var text)
                && text.GetString() is { Length: > 0 }
                ? received + 1
                : received;
        }
    }

    private async IAsyncEnumerable<JsonDocument> ReadAsync(ServeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _completions)
        {
            Content = new StringContent(Body(request), Encoding.UTF8, "application/json"),
        };
        message.Headers.Authorization = string.IsNullOrEmpty(apiKey) ? null : new AuthenticationHeaderValue("Bearer", apiKey);
        using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new LmDeployException(
                "server_failed", $"{(int)response.StatusCode} {response.ReasonPhrase}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            if (item.Data == Done)
            {
                yield break;
            }

            yield return JsonDocument.Parse(item.Data);
        }

        throw new LmDeployException("server_failed", $"The server ended an answer without {Done}.");
    }

    private string Body(ServeRequest request) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteIds("prompt", request.PromptIds);
        json.WriteNumber("max_tokens", request.NewTokens);
        json.WriteNumber("temperature", 0);
        json.WriteBoolean("stream", true);
        json.WriteBoolean("ignore_eos", true);
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteBoolean("continuous_usage_stats", true);
        json.WriteEndObject();
        json.WriteEndObject();
    });
}
