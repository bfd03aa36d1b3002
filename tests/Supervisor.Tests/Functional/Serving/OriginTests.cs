using System.Net;
using System.Text;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>What pages of other origins may do (CORS), and what they are told when it fails.</summary>
public sealed class OriginTests(KeyedFakeServer server) : IClassFixture<KeyedFakeServer>
{
    private const string Key = KeyedFakeServer.Key;
    private const string Friend = KeyedFakeServer.Friend;
    private const string Stranger = "https://stranger.example";
    private const string Allowed = "Access-Control-Allow-Origin";

    [Theory]
    [InlineData("authorization,content-type,x-stainless-lang,x-stainless-retry-count")]
    [InlineData("X-Stainless-OS, X-Stainless-Runtime")]
    public async Task Preflight_AllowsTheHeadersThatAreAskedFor(string asked)
    {
        using var answer = await PreflightAsync(Friend, asked);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(answer, "Access-Control-Allow-Headers").ShouldBe(asked);
        Header(answer, "Access-Control-Allow-Methods").ShouldContain("POST");
        Header(answer, Allowed).ShouldBe(Friend);
        answer.Headers.Vary.ShouldBe(["Origin", "Access-Control-Request-Headers"]);
    }

    [Fact]
    public async Task Preflight_ReflectsNamesOfHeadersOnly()
    {
        using var answer = await PreflightAsync(Friend, "content-type; <script>");
        Header(answer, "Access-Control-Allow-Headers").ShouldBe("authorization, content-type, api-key, x-api-key");
    }

    [Fact]
    public async Task Preflight_OfAStranger_IsAllowedNothing()
    {
        using var answer = await PreflightAsync(Stranger, "content-type");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("GET", "/v1/models", null, "", 401)]
    [InlineData("GET", "/v1/models", "wrong", "", 401)]
    [InlineData("GET", "/v1/pipelines", Key, "", 403)]
    [InlineData("GET", "/nothing", Key, "", 404)]
    [InlineData("GET", "/v1/models/absent", Key, "", 404)]
    [InlineData("DELETE", "/v1/models", Key, "", 405)]
    [InlineData("POST", "/v1/completions", Key, "{", 400)]
    [InlineData("POST", "/v1/completions", Key, """{"model":"absent","prompt":"a"}""", 404)]
    public async Task Errors_CanBeReadByAllowedPagesAlone(string method, string path, string? key, string body, int status)
    {
        using var friends = await SendAsync(method, path, Friend, key, body);
        ((int)friends.StatusCode).ShouldBe(status);
        Header(friends, Allowed).ShouldBe(Friend);
        friends.Headers.Vary.ShouldContain("Origin");
        (await friends.Content.ReadAsStringAsync()).ShouldStartWith("{\"error\":{\"message\":");

        using var strangers = await SendAsync(method, path, Stranger, key, body);
        strangers.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        strangers.Headers.Contains(Allowed).ShouldBeFalse();
    }

    [Fact]
    public async Task RefusalForWantOfRoom_CanBeReadByAllowedPages()
    {
        var request = $"""
            POST /v1/completions HTTP/1.1
            Host: localhost
            Origin: {Friend}
            Authorization: Bearer {Key}
            Content-Type: application/json
            Content-Length: {KeyedFakeServer.LargestBody}


            """;
        using var first = await RawConnection.SendAsync(server.Address, request);
        using var second = await RawConnection.SendAsync(server.Address, request);

        // There is room for one of the two, which waits for the rest of its body.
        var refused = await await Task.WhenAny(first.ReadHeadAsync(), second.ReadHeadAsync());

        refused.ShouldStartWith("HTTP/1.1 429 ");
        refused.ShouldContain($"{Allowed}: {Friend}\r\n");
        refused.ShouldContain("Retry-After: 1\r\n");
    }

    [Theory]
    [InlineData($"Origin: {Friend}\nOrigin: {Friend}\n")]
    [InlineData($"Origin: {Friend}\nOrigin: {Stranger}\n")]
    [InlineData("Origin:\n")]
    public async Task OriginThatIsNotOne_IsRefused(string headers)
    {
        var answer = await RawConnection.AskAsync(
            server.Address, $"GET /v1/models HTTP/1.1\nHost: localhost\nAuthorization: Bearer {Key}\nConnection: close\n{headers}\n");

        answer.ShouldStartWith("HTTP/1.1 403 ");
        answer.ShouldNotContain(Allowed);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    private async Task<HttpResponseMessage> PreflightAsync(string origin, string headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", headers);
        return await server.Http.SendAsync(request);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string origin, string? key, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body.Length > 0 ? new StringContent(body, Encoding.UTF8, "application/json") : null;
        request.Headers.Add("Origin", origin);
        if (key is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {key}");
        }

        return await server.Http.SendAsync(request);
    }
}
