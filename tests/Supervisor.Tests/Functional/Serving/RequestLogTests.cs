using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>The log of a server has a line for each request, and names the models.</summary>
public sealed partial class RequestLogTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Fact]
    public async Task Request_HasALineWithItsFigures_AndWithoutItsPrompt()
    {
        using var body = new StringContent("""{"model":"fake","prompt":"confidential"}""", Encoding.UTF8, "application/json");
        using var answer = await server.Http.PostAsync("/v1/completions", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        var log = await LogWithAsync("POST /v1/completions 200 model=fake");
        Served().IsMatch(log).ShouldBeTrue(log);
        Moved().IsMatch(log).ShouldBeTrue(log);
        log.ShouldNotContain("confidential");
    }

    [Fact]
    public async Task FailedRequest_HasALineWithTheCode()
    {
        using var answer = await server.CompleteAsync("absent");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var broken = new StringContent("{", Encoding.UTF8, "application/json");
        using var refused = await server.Http.PostAsync("/v1/chat/completions", broken);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var lost = await server.Http.GetAsync("/nothing%0Ahere");

        await LogWithAsync("POST /v1/chat/completions 400 duration_ms=");
        var log = await LogWithAsync("GET /nothing\ufffdhere 404 ");
        Failed().IsMatch(log).ShouldBeTrue(log);
    }

    [Fact]
    public async Task LookAtTheServer_HasNone()
    {
        (await server.Http.GetAsync("/v1/models")).Dispose();
        (await server.Http.GetAsync("/health/ready")).Dispose();
        using var missing = await server.Http.GetAsync("/v1/models/last-of-all");

        var log = await LogWithAsync("GET /v1/models/last-of-all 404 ");
        log.ShouldNotContain("/health");
        log.ShouldNotContain("GET /v1/models 200");
    }

    private async Task<string> LogWithAsync(string text)
    {
        var log = "";
        await Deadline.UntilAsync(
            () => (log = server.Supervisor.ReadLog()).Contains(text, StringComparison.Ordinal), $"the log has {text}");
        return log;
    }

    [GeneratedRegex(@"model=fake prompt_tokens=\d+ completion_tokens=\d+ queue_ms=[\d.]+ first_token_ms=[\d.]+ duration_ms=[\d.]+ error=-")]
    private static partial Regex Served();

    [GeneratedRegex(@"POST /v1/completions 404 duration_ms=[\d.]+ error=model_not_found")]
    private static partial Regex Failed();

    [GeneratedRegex(@"pipeline [0-9a-f]{6} \(fake\): Loading -> Ready")]
    private static partial Regex Moved();
}
