using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LmDeploy.Bench;

/// <summary>
/// What HTTP and server-sent events add to gRPC: the same requests to one supervisor, by <c>serve</c>'s address and by the client library, in turn.
/// </summary>
internal static class HttpBenchmark
{
    private const int Rounds = 60;
    private const int WarmUpRounds = 10;
    private const int CrowdRounds = 10;
    private const int Crowd = 16;
    private const int Tokens = 100;
    private const string Announcement = "Serving on ";
    private const string Question = "What is 17 + 25?";

    public static async Task<IReadOnlyList<(string Name, Samples Samples)>> RunAsync(string home, string model)
    {
        var results = new List<(string, Samples)>();
        var folder = Directory.CreateTempSubdirectory("lmd-bench-").FullName;
        using var serving = Start(home, model, folder);
        try
        {
            var line = await serving.StandardOutput.ReadLineAsync();
            using var http = new HttpClient { BaseAddress = new Uri(line![Announcement.Length..]) };
            await using var supervisor = Supervisor.At(Directory.GetFiles(folder, "s-*.sock").Single());
            await using var pipe = await Pipeline.CreateAsync(model, supervisor: supervisor);
            await CompareAsync(http, pipe, Add);
        }
        finally
        {
            serving.Kill();
            await serving.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }

        return results;

        Samples Add(string name)
        {
            var samples = new Samples();
            results.Add((name, samples));
            return samples;
        }
    }

    private static async Task CompareAsync(HttpClient http, Pipeline pipe, Func<string, Samples> add)
    {
        var (firstGrpc, firstHttp, added) = (add("first token: gRPC"), add("first token: HTTP"), add("first token: added by HTTP"));
        var (allGrpc, allHttp, ratio) = (add($"{Tokens} tokens: gRPC"), add($"{Tokens} tokens: HTTP"), add($"{Tokens} tokens: HTTP / gRPC (ratio)"));
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            var (grpc, web) = (await GrpcAsync(pipe), await HttpAsync(http));
            if (round >= 0)
            {
                firstGrpc.Add(grpc.First);
                firstHttp.Add(web.First);
                added.Add(web.First - grpc.First);
                allGrpc.Add(grpc.Last);
                allHttp.Add(web.Last);
                ratio.Add(web.Last / grpc.Last);
            }
        }

        var (crowdGrpc, crowdHttp, crowdRatio) = (
            add($"{Crowd} x {Tokens} tokens at once: gRPC"),
            add($"{Crowd} x {Tokens} tokens at once: HTTP"),
            add($"{Crowd} x {Tokens} tokens at once: HTTP / gRPC (ratio)"));
        for (var round = 0; round < CrowdRounds; round++)
        {
            await crowdGrpc.TimeAsync(() => Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => GrpcAsync(pipe))));
            await crowdHttp.TimeAsync(() => Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => HttpAsync(http))));
            crowdRatio.Add(crowdHttp.Last / crowdGrpc.Last);
        }
    }

    private static Process Start(string home, string model, string folder)
    {
        var start = new ProcessStartInfo(Path.Combine(home, "cli", "lmdeploy"), ["serve", $"model={model}", "--port", "0", "--preload"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LMDEPLOY_RUNTIME_DIR"] = folder;
        start.Environment["LMDEPLOY_HOME"] = Path.GetFullPath(home);
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<(double First, double Last)> GrpcAsync(Pipeline pipe)
    {
        var watch = Stopwatch.StartNew();
        double? first = null;
        await foreach (var chunk in pipe.StreamInferAsync(Question, new GenerationConfig { MaxNewTokens = Tokens, IgnoreEos = true }))
        {
            if (chunk.GenerateTokenLen > 0)
            {
                first ??= watch.Elapsed.TotalMilliseconds;
            }
        }

        return (first!.Value, watch.Elapsed.TotalMilliseconds);
    }

    private static async Task<(double First, double Last)> HttpAsync(HttpClient http)
    {
        var watch = Stopwatch.StartNew();
        double? first = null;
        var body = JsonSerializer.Serialize(new
        {
            model = "model", messages = new[] { new { role = "user", content = Question } }, temperature = 0, max_tokens = Tokens, ignore_eos = true,
            stream = true,
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader((await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync()));
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Contains("\"content\":", StringComparison.Ordinal))
            {
                first ??= watch.Elapsed.TotalMilliseconds;
            }
        }

        return (first!.Value, watch.Elapsed.TotalMilliseconds);
    }
}
