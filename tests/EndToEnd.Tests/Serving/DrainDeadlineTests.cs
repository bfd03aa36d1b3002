using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What clients of a real server see at the end of its drain.</summary>
public sealed class DrainDeadlineTests
{
    [Fact]
    public async Task LongStream_EndsWithAnErrorAndDone()
    {
        await using var server = await Server.StartAsync($"boulder={Repository.Boulder}", "--preload", "--drain-timeout", "0.2");
        using var body = new StringContent(
            """{"model":"boulder","prompt":"a","max_tokens":100000,"ignore_eos":true,"stream":true}""", System.Text.Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = body };
        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldNotBeNull().ShouldStartWith("data: {");
        Signals.Stop(server.Sandbox.Workers.Single()); // So that the answer does not end by itself.

        Signals.Terminate(server.Pid);

        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[^1].ShouldBe("data: [DONE]");
        lines[^2].ShouldStartWith("data: {\"error\":");
        (await server.EndAsync(_ => { })).ShouldBe(0);
    }
}
