using System.Net;
using System.Text;
using System.Text.Json;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>The end of a server while requests run.</summary>
public sealed class DrainTests
{
    private const int SigQuit = 3;

    [Fact]
    public async Task Deadline_EndsAStreamWithAnError_AndDone()
    {
        await using var supervisor = await RealSupervisor.StartServingAsync(new ServeOptions { DrainTimeoutMs = 100 }, FakeServer.Model);
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var answer = await StreamAsync(http);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().InTime()).ShouldStartWith("data: {");

        Signal(supervisor, Native.LibC.SigTerm);

        var events = Events(await reader.ReadToEndAsync().InTime("the end of the stream"));
        events[^1].ShouldBe("[DONE]");
        using var error = JsonDocument.Parse(events[^2]);
        error.RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe("stopped");
        await ExitsAsync(supervisor);
    }

    [Fact]
    public async Task Drain_RefusesNewRequestsWithRetryAfter_AndFinishesRunningOnes()
    {
        await using var supervisor = await RealSupervisor.StartServingAsync(new ServeOptions { DrainTimeoutMs = 86_400_000 }, FakeServer.Model);
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var answer = await StreamAsync(http);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().InTime()).ShouldStartWith("data: {");

        Signal(supervisor, Native.LibC.SigTerm);

        using var refused = await RefusedAsync(http);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadAsStringAsync()).ShouldContain("supervisor_unavailable");
        using var ready = await http.GetAsync("/health/ready");
        (await ready.Content.ReadAsStringAsync()).ShouldBe("""{"status":"draining","reason":"the server is shutting down"}""");
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
        var events = Events(await reader.ReadToEndAsync().InTime("the end of the stream"));
        events[^1].ShouldBe("[DONE]");
        events.ShouldNotContain(data => data.Contains("\"error\"", StringComparison.Ordinal));
        await ExitsAsync(supervisor);
    }

    [Fact]
    public async Task SecondSigterm_EndsTheDrain()
    {
        await using var supervisor = await RealSupervisor.StartServingAsync(new ServeOptions { DrainTimeoutMs = 86_400_000 }, FakeServer.Model);
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var answer = await StreamAsync(http);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().InTime()).ShouldStartWith("data: {");
        Signal(supervisor, Native.LibC.SigTerm);
        (await RefusedAsync(http)).Dispose();

        Signal(supervisor, Native.LibC.SigTerm);

        Events(await reader.ReadToEndAsync().InTime("the end of the stream"))[^1].ShouldBe("[DONE]");
        await ExitsAsync(supervisor);
    }

    [Fact]
    public async Task Sigquit_DrainsWithoutDeadline()
    {
        await using var supervisor = await RealSupervisor.StartServingAsync(new ServeOptions { DrainTimeoutMs = 0 }, FakeServer.Model);
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var answer = await StreamAsync(http);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync().InTime()).ShouldStartWith("data: {");

        Signal(supervisor, SigQuit);

        (await RefusedAsync(http)).Dispose();
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
        var events = Events(await reader.ReadToEndAsync().InTime("the end of the stream"));
        events.ShouldNotContain(data => data.Contains("\"error\"", StringComparison.Ordinal));
        await ExitsAsync(supervisor);
    }

    [Theory]
    [InlineData("/v1/events")]
    [InlineData("/v1/pipelines/fake/logs?follow=true")]
    public async Task StreamWithoutEnd_EndsWithAWord(string path)
    {
        await using var supervisor = await RealSupervisor.StartServingAsync(new ServeOptions(), FakeServer.Model);
        using var http = new HttpClient { BaseAddress = supervisor.Address };
        using var request = new StringContent("""{"model":"fake"}""", Encoding.UTF8, "application/json");
        (await http.PostAsync("/v1/pipelines", request)).EnsureSuccessStatusCode().Dispose();
        using var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead).InTime();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Signal(supervisor, Native.LibC.SigTerm);

        Events(await reader.ReadToEndAsync().InTime("the end of the stream"))[^1].ShouldBe("[DONE]");
        await ExitsAsync(supervisor);
    }

    private static async Task<HttpResponseMessage> StreamAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent("""{"model":"fake","prompt":"a linger b","stream":true}""", Encoding.UTF8, "application/json"),
        };
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime("the head of the stream");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return answer;
    }

    /// <summary>Asks until the drain has begun.</summary>
    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient http)
    {
        HttpResponseMessage? answer = null;
        await Deadline.UntilAsync(
            () =>
            {
                answer?.Dispose();
                using var body = new StringContent("{}", Encoding.UTF8, "application/json");
                answer = http.PostAsync("/v1/completions", body).GetAwaiter().GetResult();
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "new requests are refused");
        return answer!;
    }

    private static async Task ExitsAsync(RealSupervisor supervisor)
    {
        await supervisor.Process.WaitForExitAsync().InTime("the exit");
        supervisor.Process.ExitCode.ShouldBe(0);
    }

    private static List<string> Events(string text) =>
        [.. text.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..])];

    private static void Signal(RealSupervisor supervisor, int signal) => Native.LibC.Kill(supervisor.Process.Id, signal).ShouldBe(0);
}
