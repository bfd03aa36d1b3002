using System.Net;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>A served model is known whatever becomes of its worker: requests wait for it, or are told to come again.</summary>
public sealed class ReloadTests(FakeServer server) : IClassFixture<FakeServer>
{
    private const int Reloads = 4;
    private const int CallersEach = 2;

    [Theory]
    [InlineData("/v1/models/fake")]
    [InlineData("/v1/pipelines/fake")]
    [InlineData("/v1/pipelines/fake/logs")]
    [InlineData("/v1/pipelines/fake/logs?follow=true")]
    public async Task ModelThatIsNotLoaded_IsKnown(string path)
    {
        using var unloaded = await server.Http.DeleteAsync("/v1/pipelines/fake?forget=false");
        unloaded.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var answer = await server.Http.GetAsync(path).InTime();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("0")]
    public async Task Reload_IsNeverSeenAsAnUnknownModel(string drain)
    {
        using var end = new CancellationTokenSource();
        var callers = Enumerable.Range(0, CallersEach).SelectMany(_ => new[]
        {
            CallAsync(() => server.CompleteAsync(FakeServer.Model)),
            CallAsync(() => server.Http.GetAsync("/v1/models/fake")),
            CallAsync(() => server.Http.GetAsync("/v1/pipelines/fake")),
            CallAsync(() => server.Http.GetAsync("/v1/pipelines/fake/logs")),
        }).ToList();

        for (var reload = 0; reload < Reloads; reload++)
        {
            using var restarted = await server.Http.PostAsync($"/v1/pipelines/fake/restart?drain_timeout={drain}", null).InTime();
            restarted.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var unloaded = await server.Http.DeleteAsync($"/v1/pipelines/fake?forget=false&drain_timeout={drain}").InTime();
            unloaded.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await end.CancelAsync();
        (await Task.WhenAll(callers).InTime()).ShouldAllBe(answers => answers > 0);

        async Task<int> CallAsync(Func<Task<HttpResponseMessage>> call)
        {
            var answers = 0;
            while (!end.IsCancellationRequested)
            {
                using var answer = await call();
                var text = await answer.Content.ReadAsStringAsync();
                answer.StatusCode.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], $"{answer.RequestMessage!.RequestUri}: {text}");
                (answer.StatusCode == HttpStatusCode.OK || answer.Headers.RetryAfter is not null).ShouldBeTrue(text);
                answers++;
            }

            return answers;
        }
    }
}
