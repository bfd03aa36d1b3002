using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>Bodies whose framing is broken: the caller is told that it is his mistake, and the server goes on.</summary>
public sealed class MalformedBodyTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Theory]
    [InlineData("zz\n{}\n0\n\n")]
    [InlineData("-1\n{}\n0\n\n")]
    [InlineData("fffffffffffffffffffffff\n{}\n0\n\n")]
    [InlineData("7fffffffffffffff\n{}\n0\n\n")]
    [InlineData("ffffffff\n{}\n0\n\n")]
    [InlineData("\n{}\n0\n\n")]
    [InlineData("2\n{}0\n\n")]
    [InlineData("1\n{}\n0\n\n")]
    public async Task MalformedChunk_IsABadRequest(string chunks)
    {
        var answer = await AskAsync($"Transfer-Encoding: chunked\n\n{chunks}");

        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("\"code\":\"invalid_request\"");
        await ShouldAnswerAsync();
    }

    [Theory]
    [InlineData("Content-Length: 12x\n\n{}")]
    [InlineData("Content-Length: -2\n\n{}")]
    [InlineData("Content-Length: 2\nContent-Length: 3\n\n{}")]
    [InlineData("Transfer-Encoding: gzip\n\n{}")]
    public async Task MalformedLength_IsABadRequest(string rest)
    {
        (await AskAsync(rest)).ShouldStartWith("HTTP/1.1 400 ");
        await ShouldAnswerAsync();
    }

    private Task<string> AskAsync(string rest) =>
        RawConnection.AskAsync(server.Address, $"POST /v1/completions HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/json\n{rest}");

    private async Task ShouldAnswerAsync() =>
        (await RawConnection.AskAsync(server.Address, "GET /health HTTP/1.1\nHost: localhost\nConnection: close\n\n")).ShouldStartWith("HTTP/1.1 200 ");
}
