using System.Net.Sockets;
using System.Text;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Requests that nobody should send: each is answered with an error of its own, the server stays up, and nothing grows.</summary>
public sealed class MalformedRequestTests(ITestOutputHelper output)
{
    private const int AtOnce = 8;
    private const long MostGrowth = 64L << 20;

    private static readonly TimeSpan SlowDeadline = TimeSpan.FromSeconds(30);
    private static readonly string[] Routes = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/tokenize", "/detokenize", "/v1/pipelines"];

    [Fact]
    public async Task Nonsense_IsRefusedAndLeavesNothing()
    {
        var count = Soak.Pick(2000, 10_000);
        var chance = new Chance(output);
        var seeds = Enumerable.Range(0, count + 200).Select(_ => chance.Below(int.MaxValue)).ToList();
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}", "--max-body", "1");
        (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
        var statuses = new SortedDictionary<int, int>();
        await SendAllAsync(server, seeds.Take(200), statuses);
        var (memory, descriptors) = (ProcessTable.ResidentBytes(server.Pid), ProcessTable.Descriptors(server.Pid));
        await SendAllAsync(server, seeds.Skip(200), statuses);

        (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
        var (memoryAfter, descriptorsAfter) = (ProcessTable.ResidentBytes(server.Pid), ProcessTable.Descriptors(server.Pid));
        output.WriteLine(
            $"{count} requests: {string.Join(", ", statuses.Select(status => $"{status.Value} x {status.Key}"))}; "
                + $"memory {memory >> 20} to {memoryAfter >> 20} MiB, descriptors {descriptors} to {descriptorsAfter}");
        statuses.Keys.ShouldContain(400);
        (memoryAfter - memory).ShouldBeLessThan(MostGrowth);
        descriptorsAfter.ShouldBeLessThan(descriptors + 32);
        server.Errors.ShouldNotContain("failed unexpectedly");
        server.Sandbox.Workers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task SlowAndCutConnections_AreLetGo()
    {
        await using var server = await Server.StartAsync($"pebble={Repository.Pebble}");
        (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
        var before = ProcessTable.Descriptors(server.Pid);
        var slow = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync(
            server, "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"mo")));
        var cut = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => OpenAsync(
            server, "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 84\r\n\r\n"
                + "{\"model\":\"pebble\",\"prompt\":\"abc\",\"stream\":true,\"max_tokens\":200,\"ignore_eos\":true  }")));
        foreach (var connection in cut)
        {
            connection.Dispose();
        }

        foreach (var connection in slow)
        {
            // Answered with 408 or closed, because the rest of the body never comes.
            using var deadline = new CancellationTokenSource(SlowDeadline);
            var answer = new byte[64];
            var length = await connection.GetStream().ReadAsync(answer, deadline.Token);
            Encoding.ASCII.GetString(answer, 0, length).ShouldStartWith(length == 0 ? "" : "HTTP/1.1 408");
            connection.Dispose();
        }

        await Eventually.BeAsync(() => ProcessTable.Descriptors(server.Pid), now => now <= before + 16, "connections to be closed", SlowDeadline);
        (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
    }

    private static async Task SendAllAsync(Server server, IEnumerable<int> seeds, SortedDictionary<int, int> statuses)
    {
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (seed, cancellationToken) =>
        {
            var random = new Random(seed);
            var body = Nonsense.Body(random);
            using var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", random.Next(50) == 0 ? "text/plain" : "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, Routes[random.Next(Routes.Length)]) { Content = content };
            request.Headers.ExpectContinue = body.Length > 1 << 20; // One that is too large is refused before it is sent.
            using var answer = await server.Http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                text.ShouldStartWith("{\"error\":{\"message\":", customMessage: $"seed {seed}");
                ((int)answer.StatusCode).ShouldBeLessThan(500, $"{text} to {Encoding.UTF8.GetString(body)}");
            }

            lock (statuses)
            {
                statuses[(int)answer.StatusCode] = statuses.GetValueOrDefault((int)answer.StatusCode) + 1;
            }
        });
    }

    private static async Task<TcpClient> OpenAsync(Server server, string request)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return client;
    }
}
