using System.Net;
using System.Text;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary><c>GET /v1/pipelines/NAME/logs</c>.</summary>
public sealed class LogTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Fact]
    public async Task Follow_BeginsAtOnce_ThoughThereIsNoLine_AndEndsWithTheWorker()
    {
        using var completed = await server.CompleteAsync(FakeServer.Model);
        completed.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var answer = await server.Http.GetAsync("/v1/pipelines/fake/logs?lines=0&follow=true", HttpCompletionOption.ResponseHeadersRead).InTime();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var body = answer.Content.ReadAsStringAsync();
        body.IsCompleted.ShouldBeFalse("the worker lives, and has printed nothing more");
        using var unloaded = await server.Http.DeleteAsync("/v1/pipelines/fake?forget=false");
        (await body.InTime()).ShouldEndWith("data: [DONE]\n\n");
    }

    [Theory]
    [InlineData("twins")]
    [InlineData("twins%232")]
    [InlineData("an-alias")]
    public async Task EachReplica_HasALogOfItsOwn(string name)
    {
        // Asked for by each of these tests: to load what is there already changes nothing.
        using var twins = new StringContent(
            $$$"""{"model":"{{{FakeModels.Path("twins")}}}","name":"twins","aliases":["an-alias"],"replicas":2,"engine":{"device":"cpu"}}""",
            Encoding.UTF8,
            "application/json");
        using var loaded = await server.Http.PostAsync("/v1/pipelines", twins);
        loaded.StatusCode.ShouldBe(HttpStatusCode.OK, await loaded.Content.ReadAsStringAsync());

        (await server.Http.GetStringAsync($"/v1/pipelines/{name}/logs")).ShouldContain("garbage");
    }
}
