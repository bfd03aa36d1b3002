using System.Net;
using System.Text;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>What a request costs in calls to the worker.</summary>
public sealed class CallCountTests(FakeServer server) : IClassFixture<FakeServer>
{
    private const string Call = "call: ";
    private const string Last = "Embed";

    // Tests of a class run one after the other, on one server.
    private static int _lastCalls;

    [Theory]
    [InlineData("chat/completions", """{"model":"fake","messages":[{"role":"user","content":"word"}]}""")]
    [InlineData("chat/completions", """{"model":"fake","stream":true,"messages":[{"role":"user","content":"a b"}]}""")]
    [InlineData("chat/completions", """{"model":"fake","logprobs":true,"top_logprobs":2,"messages":[{"role":"user","content":"a b"}]}""")]
    [InlineData("chat/completions", """{"model":"fake","stream":true,"logprobs":true,"messages":[{"role":"user","content":"a b"}]}""")]
    [InlineData("chat/completions", """{"model":"fake","tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":"word"}]}""")]
    [InlineData("chat/completions", """{"model":"fake","n":3,"messages":[{"role":"user","content":"word"}]}""")]
    [InlineData("completions", """{"model":"fake","prompt":"a b","echo":true,"logprobs":1}""")]
    [InlineData("completions", """{"model":"fake","prompt":"a b","echo":true,"logprobs":1,"stream":true}""")]
    [InlineData("completions", """{"model":"fake","prompt":[[97,98],[99]],"echo":true}""")]
    public async Task Answer_IsOneGenerateCall(string path, string body)
    {
        var before = await CallsAsync();

        await PostAsync(path, body);

        (await CallsAsync()).ShouldBe([.. before, "Generate", Last]);
    }

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Http.PostAsync($"/v1/{path}", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What the worker was called for since its loading. Makes a call of another kind, to know the end of the log when it comes.</summary>
    private async Task<IReadOnlyList<string>> CallsAsync()
    {
        await PostAsync("embeddings", """{"model":"fake","input":"the last call"}""");
        _lastCalls++;
        using var log = await server.Http.GetStreamAsync("/v1/pipelines/fake/logs?follow=true");
        using var lines = new StreamReader(log);
        var calls = new List<string>();
        while (calls.Count(call => call == Last) < _lastCalls)
        {
            var line = (await lines.ReadLineAsync().InTime()).ShouldNotBeNull();
            if (line.IndexOf(Call, StringComparison.Ordinal) is >= 0 and var start)
            {
                calls.Add(line[(start + Call.Length)..].Split('"')[0]);
            }
        }

        return calls;
    }
}
