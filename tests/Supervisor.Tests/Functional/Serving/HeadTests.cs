using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary><c>HEAD</c>, which is answered wherever <c>GET</c> is, as that is but without the body.</summary>
public sealed class HeadTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/v1/models/fake")]
    [InlineData("/v1/models/absent")]
    [InlineData("/metrics")]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/v1/pipelines")]
    [InlineData("/v1/pipelines/fake")]
    [InlineData("/v1/pipelines/fake/logs")]
    [InlineData("/v1/pipelines/fake/logs?follow=true")]
    [InlineData("/v1/gpus")]
    [InlineData("/v1/events")]
    [InlineData("/")]
    [InlineData("/page/app.js")]
    [InlineData("/page/absent")]
    [InlineData("/absent")]
    public async Task Head_IsWhatGetBeginsWith(string path)
    {
        using var got = await server.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead).InTime();
        var head = await RawConnection.AskAsync(server.Address, $"HEAD {path} HTTP/1.1\nHost: localhost\nConnection: close\n\n");

        head.ShouldStartWith($"HTTP/1.1 {(int)got.StatusCode} ");
        head.ShouldContain($"Content-Type: {got.Content.Headers.ContentType}\r\n");
        head.IndexOf("\r\n\r\n", StringComparison.Ordinal).ShouldBe(head.Length - 4, "there is no body");
    }

    [Theory]
    [InlineData("/v1/completions")]
    [InlineData("/tokenize")]
    public async Task Head_IsNotTaken_WhereGetIsNot(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await server.Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(405);
    }
}
