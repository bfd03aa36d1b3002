using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>
/// By which names a server without keys may be called: by those of this host alone, so that no page gets in by a name of its own that points here.
/// </summary>
public sealed class HostHeaderTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("LocalHost:1234")]
    [InlineData("localhost.")]
    [InlineData("LOCALHOST.:80")]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9:80")]
    [InlineData("[::1]:80")]
    public async Task NamesOfThisHost_AreAnswered(string host) => (await AskAsync(host)).ShouldStartWith("HTTP/1.1 200 ");

    [Theory]
    [InlineData("rebound.example")]
    [InlineData("localhost.rebound.example")]
    [InlineData("127.0.0.1.rebound.example")]
    [InlineData("10.0.0.1")]
    [InlineData(".")]
    public async Task OtherNames_AreRefused(string host) => (await AskAsync(host)).ShouldStartWith("HTTP/1.1 403 ");

    private Task<string> AskAsync(string host) => RawConnection.AskAsync(server.Address, $"GET /v1/models HTTP/1.1\nHost: {host}\nConnection: close\n\n");
}
