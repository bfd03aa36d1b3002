using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Reads server-sent events as they come, by hand: what the wire really has.</summary>
internal static class EventReader
{
    /// <summary>Posts a request and yields the JSON of each event; ends after [DONE] and fails when that does not come.</summary>
    public static async IAsyncEnumerable<JsonElement> StreamAsync(
        HttpClient http, string path, string body, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        ((int)answer.StatusCode).ShouldBe(200, await TextOf(answer));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            line.ShouldStartWith("data: ");
            if (line == "data: [DONE]")
            {
                yield break;
            }

            using var json = JsonDocument.Parse(line["data: ".Length..]);
            yield return json.RootElement.Clone();
        }

        throw new InvalidOperationException("The stream ended without [DONE].");
    }

    private static async Task<string> TextOf(HttpResponseMessage answer) => answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync();
}
