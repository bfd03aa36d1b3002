using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks;

/// <summary>
/// Requests at the limits of their fields, and beyond: each is answered with an error of its own or with an answer, others are answered meanwhile, and their
/// memory comes back.
/// </summary>
public sealed class LargeRequestTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Elements = 100_000;
    private const int LargestBody = 32 << 20;
    private const int LargestArguments = 1 << 20;
    private const long MostLeft = 100L << 20;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private Server _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await Server.StartAsync($"pebble={Repository.Pebble}");
        (await _server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Fields_OfAHundredThousandElements_AreAnsweredInTime()
    {
        var many = Enumerable.Range(0, Elements).ToList();
        var schema = new { type = "object", properties = many.ToDictionary(i => $"p{i}", _ => new { type = "integer" }) };
        (string Name, string Path, object Body)[] requests =
        [
            ("logit_bias", "/v1/completions", new { model = "pebble", prompt = "a", max_tokens = 1, logit_bias = many.ToDictionary(i => $"{i}", _ => 1) }),
            ("stop", "/v1/completions", new { model = "pebble", prompt = "a", max_tokens = 1, stop = many.Select(i => $"s{i}") }),
            ("bad_words", "/v1/completions", new { model = "pebble", prompt = "a", max_tokens = 1, bad_words = many.Select(i => $"s{i}") }),
            ("prompts", "/v1/completions", new { model = "pebble", prompt = many.Select(i => $"s{i}"), max_tokens = 1 }),
            ("ids", "/v1/completions", new { model = "pebble", prompt = many.Select(_ => 5), max_tokens = 1 }),
            (
                "messages",
                "/v1/chat/completions",
                new { model = "pebble", messages = many.Select(i => new { role = "user", content = $"{i}" }), max_tokens = 1 }),
            ("tools", "/v1/chat/completions", new
            {
                model = "pebble", messages = new[] { new { role = "user", content = "a" } }, max_tokens = 1,
                tools = many.Select(i => new { type = "function", function = new { name = $"f{i}", parameters = new { type = "object" } } }),
            }),
            ("properties", "/v1/chat/completions", new
            {
                model = "pebble", messages = new[] { new { role = "user", content = "a" } }, max_tokens = 1,
                response_format = new { type = "json_schema", json_schema = new { name = "s", schema } },
            }),
            ("unknown fields", "/v1/completions", many
                .ToDictionary(i => $"x{i}", object (i) => i)
                .Append(new("model", "pebble"))
                .Append(new("prompt", "a"))
                .Append(new("max_tokens", 1))
                .ToDictionary()),
        ];
        using var caller = new Caller(_server);
        foreach (var (name, path, body) in requests)
        {
            var (status, answer) = await _server.PostAsync(path, JsonSerializer.Serialize(body)).WaitAsync(Deadline);
            status.ShouldBeOneOf([200, 400], $"{name}: {answer}");
            output.WriteLine($"{Elements} {name}: {status} {(status == 400 ? answer.GetProperty("error").GetProperty("message").GetString() : "")}");
        }

        await caller.StopAsync();
        output.WriteLine($"another caller's {caller.Answers.Count} answers took at most {caller.Worst.TotalSeconds:0.00} s");
        _server.Sandbox.Workers.Count.ShouldBe(1);
    }

    [SoakFact]
    public async Task Bodies_OfTheLargestSize_GiveTheirMemoryBack()
    {
        const int bodies = 32;
        (string Path, byte[] Body)[] kinds =
        [
            ("/v1/completions", Encoding.UTF8.GetBytes($$"""{"model":"pebble","max_tokens":1,"prompt":"{{Words(LargestBody - 100)}}"}""")),
            ("/v1/completions", Encoding.UTF8.GetBytes(
                $$"""{"model":"pebble","max_tokens":1,"prompt":[{{string.Join(',', Enumerable.Repeat("1", (LargestBody - 100) / 2))}}]}""")),
            (
                "/v1/chat/completions",
                Encoding.UTF8.GetBytes($$"""{"model":"pebble","max_tokens":1,"messages":[{"role":"user","content":"{{Words(LargestBody - 200)}}"}]}""")),
            ("/v1/chat/completions", Encoding.UTF8.GetBytes(
                $$"""{"model":"pebble","max_tokens":1,"messages":["""
                    + $$"""{{string.Join(',', Enumerable.Repeat("""{"role":"user","content":"a"}""", (LargestBody - 100) / 31))}}]}""")),
        ];
        var worker = _server.Sandbox.Workers.Single();
        var before = (Supervisor: ProcessTable.ResidentBytes(_server.Pid), Worker: ProcessTable.ResidentBytes(worker));
        var peak = before;
        using var caller = new Caller(_server);
        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(watching.Token);
        var refusals = 0;

        await Task.WhenAll(Enumerable.Range(0, bodies).Select(i => SendUntilReadAsync(kinds[i % kinds.Length]))).WaitAsync(Deadline);

        await caller.StopAsync();
        await watching.CancelAsync();
        await watch;
        await Eventually.BeAsync(
            () => ProcessTable.ResidentBytes(_server.Pid) - before.Supervisor, more => more < MostLeft, "the supervisor to give its memory back", Deadline);
        await Eventually.BeAsync(
            () => ProcessTable.ResidentBytes(worker) - before.Worker, more => more < MostLeft, "the worker to give its memory back", Deadline);
        output.WriteLine(
            $"{bodies} bodies of {LargestBody >> 20} MiB: each answered with 400, after {refusals} x 429; "
            + $"supervisor {before.Supervisor >> 20}, at most {peak.Supervisor >> 20}, then {ProcessTable.ResidentBytes(_server.Pid) >> 20} MiB; "
            + $"worker {before.Worker >> 20}, at most {peak.Worker >> 20}, then {ProcessTable.ResidentBytes(worker) >> 20} MiB; "
            + $"another caller's {caller.Answers.Count} answers took at most {caller.Worst.TotalSeconds:0.00} s");

        async Task SendUntilReadAsync((string Path, byte[] Body) kind)
        {
            while (await SendAsync(kind.Path, kind.Body) is var status && status != 400)
            {
                status.ShouldBe(429);
                Interlocked.Increment(ref refusals);
                await Task.Delay(TimeSpan.FromSeconds(1)); // What Retry-After asks for.
            }
        }

        async Task WatchAsync(CancellationToken end)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!end.IsCancellationRequested)
            {
                peak = (Math.Max(peak.Supervisor, ProcessTable.ResidentBytes(_server.Pid)), Math.Max(peak.Worker, ProcessTable.ResidentBytes(worker)));
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task ArgumentsOfTemplates_AreNotKept()
    {
        var before = ProcessTable.ResidentBytes(_server.Pid);
        for (var i = 0; i < Soak.Pick(240, 960); i++)
        {
            var status = await SendAsync(
                "/v1/chat/completions",
                """{"model":"pebble","max_tokens":1,"messages":[{"role":"user","content":"a"}],"chat_template_kwargs":{"k":"""
                    + $"\"{i}{new string('a', LargestArguments - 20)}\""
                    + "}}");
            status.ShouldBe(200);
        }

        await Eventually.BeAsync(
            () => ProcessTable.ResidentBytes(_server.Pid) - before, more => more < MostLeft, "the supervisor to forget what it was sent", Deadline);
    }

    private static string Words(int length)
    {
        var words = new StringBuilder(length);
        for (var i = 0; words.Length < length - 10; i++)
        {
            words.Append(i).Append(' ');
        }

        return words.ToString();
    }

    private Task<int> SendAsync(string path, string body) => SendAsync(path, Encoding.UTF8.GetBytes(body));

    private async Task<int> SendAsync(string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.ExpectContinue = true; // What is refused before it is read is not sent.
        using var answer = await _server.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        (answer.StatusCode == HttpStatusCode.OK || text.StartsWith("{\"error\":{\"message\":", StringComparison.Ordinal)).ShouldBeTrue(text);
        return (int)answer.StatusCode;
    }
}
