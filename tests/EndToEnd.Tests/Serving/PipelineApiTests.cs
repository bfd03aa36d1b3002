using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Models that come and go while the server runs.</summary>
public sealed class PipelineApiTests
{
    private const string Hello = """{"model":"NAME","messages":[{"role":"user","content":"Hello"}],"max_tokens":3,"temperature":0}""";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task LoadUnloadRestart_AnswerWithReceipts()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        (await server.GetAsync("/v1/pipelines")).Body.GetProperty("pipelines").GetArrayLength().ShouldBe(0, "nobody asked for it yet");
        var loaded = await server.PostAsync(
            "/v1/pipelines", $$"""{"model":"{{Repository.Boulder}}","name":"big","aliases":["gpt-x"],"engine":{"session_len":256},"ttl_seconds":60}""");
        loaded.Status.ShouldBe(200, loaded.Body.ToString());
        loaded.Body.GetProperty("pipelines")[0].GetProperty("state").GetString().ShouldBe("ready");
        (await AskAsync(server, "gpt-x")).ShouldBe(200);

        var restarted = await server.PostAsync("/v1/pipelines/big/restart", "{}");
        restarted.Body.GetProperty("verdict").GetString().ShouldBe("Reclaimed", restarted.Body.ToString());
        using var answer = await server.Http.DeleteAsync("/v1/pipelines/big");
        var receipt = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        receipt.GetProperty("verdict").GetString().ShouldBe("Reclaimed");
        receipt.GetProperty("reclaimed_bytes").GetInt64().ShouldBeGreaterThan(0);
        (await AskAsync(server, "big")).ShouldBe(404);
        (await server.GetAsync("/v1/pipelines")).Body.GetProperty("receipts").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task FirstRequestsAtOnce_ShareOneLoad()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        (await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AskAsync(server, "pebble")))).ShouldAllBe(status => status == 200);
        var pipelines = (await server.GetAsync("/v1/pipelines")).Body.GetProperty("pipelines");
        pipelines.GetArrayLength().ShouldBe(1);
        server.Sandbox.Workers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Replicas_ShareTheRequests()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", "--replicas", "2", "--preload");
        await Eventually.BeAsync(
            () => server.GetAsync("/health/ready").GetAwaiter().GetResult().Status, status => status == 200, "both to be loaded", Deadline);
        var workers = server.Sandbox.Workers;
        workers.Count.ShouldBe(2);

        // Frozen, so that none is answered meanwhile; one after the other, because requests that arrive at once are routed before either is counted.
        workers.ToList().ForEach(Signals.Stop);
        var asking = new List<Task<(int Status, JsonElement Body)>>();
        for (var asked = 1; asked <= 8; asked++)
        {
            asking.Add(server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":3}"""));
            List<int> expected = [asked / 2, (asked + 1) / 2];
            await Eventually.BeAsync(
                () => RunningRequests(server), running => running.SequenceEqual(expected), $"{asked} requests, half of them in each", Deadline);
        }

        workers.ToList().ForEach(Signals.Continue);
        (await Task.WhenAll(asking)).ShouldAllBe(answer => answer.Status == 200);
    }

    [Fact]
    public async Task Drain_FinishesWhatRunsAndTakesNothingNew()
    {
        await using var server = await Server.StartAsync($"boulder={Repository.Boulder}");
        (await AskAsync(server, "boulder")).ShouldBe(200);
        var running = EventReader.StreamAsync(
            server.Http, "/v1/completions", """{"model":"boulder","prompt":"a","max_tokens":900,"ignore_eos":true,"stream":true}""").GetAsyncEnumerator();
        (await running.MoveNextAsync()).ShouldBeTrue();
        Signals.Terminate(server.Pid);
        await Eventually.BeAsync(
            () => server.GetAsync("/health/ready").GetAwaiter().GetResult().Status, status => status == 503, "the drain to begin", Deadline);
        var (status, body) = await server.PostAsync("/v1/completions", """{"model":"boulder","prompt":"a"}""");
        status.ShouldBe(503, body.ToString());
        JsonElement last = default;
        while (await running.MoveNextAsync())
        {
            last = running.Current;
        }

        last.GetProperty("choices")[0].GetProperty("finish_reason").GetString().ShouldBe("length");
        await running.DisposeAsync();
        (await server.EndAsync(_ => { })).ShouldBe(0);
    }

    [Fact]
    public async Task ConfigurationFile_NamesModels()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"""
            models:
              - name: small
                path: {Repository.Pebble}
                aliases: [tiny]
                pinned: true
                engine:
                  session_len: 128
                  threads: 1
            """);
        await using var server = await Server.StartAsync("--config", file);
        await Eventually.BeAsync(() => server.GetAsync("/health/ready").GetAwaiter().GetResult().Status, status => status == 200, "it to be loaded", Deadline);
        (await AskAsync(server, "tiny")).ShouldBe(200);
        (await server.GetAsync("/v1/models/small")).Body.GetProperty("max_model_len").GetInt32().ShouldBe(128);
        File.Delete(file);
    }

    [Fact]
    public async Task LogsAndEvents_AreTold()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await AskAsync(server, "pebble")).ShouldBe(200);
        using var deadline = new CancellationTokenSource(Deadline);
        string? line;
        do
        {
            line = await reader.ReadLineAsync(deadline.Token);
        }
        while (line?.Contains("\"state\":\"ready\"", StringComparison.Ordinal) != true);

        (await server.GetAsync("/v1/pipelines/pebble/logs")).Status.ShouldBe(200);
        (await server.GetAsync("/v1/pipelines/absent/logs")).Status.ShouldBe(404);
        (await server.GetAsync("/v1/gpus")).Status.ShouldBe(200);
    }

    private static List<int> RunningRequests(Server server) =>
        [.. server
            .GetAsync("/v1/pipelines")
            .GetAwaiter()
            .GetResult().Body
            .GetProperty("pipelines")
            .EnumerateArray()
            .Select(pipeline => pipeline.GetProperty("running_requests").GetInt32())
            .Order()];

    private static async Task<int> AskAsync(Server server, string model) =>
        (await server.PostAsync("/v1/chat/completions", Hello.Replace("NAME", model, StringComparison.Ordinal))).Status;
}
