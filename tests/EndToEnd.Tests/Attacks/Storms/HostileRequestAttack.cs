using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>Requests that are nonsense, or at the limits of their fields, some of which are given up before they are answered.</summary>
internal sealed class HostileRequestAttack(Server server, Chance chance) : Attack(server, chance)
{
    private const int Elements = 100_000;
    private const int LargeText = 8 << 20;

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(20);
    private static readonly string[] Routes = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/tokenize", "/detokenize"];
    private static readonly byte[][] Large =
    [
        Encoding.UTF8.GetBytes($$"""{"model":"pebble","prompt":"{{new string('x', LargeText)}}","max_tokens":1}"""),
        Encoding.UTF8.GetBytes(
            $$"""{"model":"pebble","prompt":"a","max_tokens":1,"logit_bias":{ """
                + $$"""{{string.Join(',', Enumerable.Range(0, Elements).Select(i => $"\"{i}\":1"))}} } }"""),
        Encoding.UTF8.GetBytes($$"""{"model":"pebble","prompt":[{{string.Join(',', Enumerable.Repeat("\"a\"", Elements))}}],"max_tokens":1}"""),
        """{"model":"pebble","prompt":"a","max_tokens":64,"n":128,"ignore_eos":true}"""u8.ToArray(),
        """{"model":"pebble","prompt":"a","max_tokens":64,"response_format":{"type":"regex_schema","regex_schema":"(a|b|ab)*c{64}"}}"""u8.ToArray(),
        Encoding.UTF8.GetBytes($$"""{"model":"pebble","prompt":"a","max_tokens":1,"chat_template_kwargs":{"k":"{{new string('y', 1 << 20)}}" } }"""),
    ];

    private readonly HttpClient _http = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };

    protected override string Name => "hostile requests";

    protected override async Task StrikeAsync(CancellationToken end)
    {
        var isLarge = Chance.Below(4) == 0;
        var body = isLarge ? Large[Chance.Below(Large.Length)] : Nonsense.Body(new Random(Chance.Below(int.MaxValue)));
        using var request = new HttpRequestMessage(HttpMethod.Post, isLarge ? "/v1/completions" : Routes[Chance.Below(Routes.Length)])
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        patience.CancelAfter(LongestPatience * (Chance.Below(1000) / 1000.0));
        try
        {
            using var answer = await _http.SendAsync(request, patience.Token);
            var text = await answer.Content.ReadAsStringAsync(patience.Token);
            answer.StatusCode.ShouldNotBe(
                HttpStatusCode.InternalServerError, $"{text} to {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300)))}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Given up, or refused while its body was still being sent.
        }
    }
}
