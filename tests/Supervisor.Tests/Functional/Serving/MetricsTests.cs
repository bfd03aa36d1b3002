using System.Net;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>What is counted is kept for as long as the server runs, so that nothing a caller writes may name it.</summary>
public sealed class MetricsTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Fact]
    public async Task Labels_AreNotTextsOfCallers()
    {
        using var completed = await server.CompleteAsync(FakeServer.Model);
        for (var i = 0; i < 100; i++)
        {
            using var refused = await server.CompleteAsync($"invented-{i}");
            refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            using var unknown = await server.Http.GetAsync($"/invented-{i}");
            unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        var metrics = await server.Http.GetStringAsync("/metrics");

        metrics.ShouldContain("gen_ai_request_model=\"fake\"");
        metrics.ShouldNotContain("invented");
    }
}
