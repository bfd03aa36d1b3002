using System.Net;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary><c>GET /v1/pipelines/NAME/logs?follow=true</c>.</summary>
public sealed class FollowedLogTests(FakeServer server) : IClassFixture<FakeServer>
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
}
