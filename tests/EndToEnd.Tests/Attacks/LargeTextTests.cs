using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks;

/// <summary>Texts for <c>/tokenize</c> and ids for <c>/detokenize</c> that no context bounds: they take a stated amount of memory, and give it back.</summary>
public sealed class LargeTextTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Longest = 4 << 20;
    private const int AtOnce = 3;
    private const long MostLeft = 100L << 20;

    /// <summary>100 bytes for each character, and what the requests that wait take.</summary>
    private const long MostMore = 1L << 30;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private Server _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await Server.StartAsync($"pebble={Repository.Pebble}");
        (await _server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Texts_OfTheLongestLength_AreEncodedOneAtATime()
    {
        var worker = _server.Sandbox.Workers.Single();
        int[] pids = [_server.Pid, worker];
        var before = pids.Select(ProcessTable.ResidentBytes).ToList();
        using var caller = new Caller(_server);

        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => TokenizeAsync(Longest))).WaitAsync(Deadline);

        answers.ShouldAllBe(
            answer => answer.Status == 200 && answer.Body.GetProperty("tokens").GetArrayLength() == answer.Body.GetProperty("count").GetInt32());
        await caller.StopAsync();
        var peaks = pids.Select(ProcessTable.PeakBytes).ToList();
        peaks.Zip(before, (peak, then) => peak - then).ShouldAllBe(more => more < MostMore);
        foreach (var (pid, then) in pids.Zip(before))
        {
            await Eventually.BeAsync(() => ProcessTable.ResidentBytes(pid) - then, more => more < MostLeft, "memory to be given back", Deadline);
        }

        output.WriteLine(
            $"{AtOnce} texts of {Longest} characters at once: supervisor {before[0] >> 20}, at most {peaks[0] >> 20}, "
                + $"then {ProcessTable.ResidentBytes(_server.Pid) >> 20} MiB; "
            + $"worker {before[1] >> 20}, at most {peaks[1] >> 20}, then {ProcessTable.ResidentBytes(worker) >> 20} MiB; "
            + $"another caller's {caller.Answers.Count} answers took at most {caller.Worst.TotalSeconds:0.00} s");
    }

    [Fact]
    public async Task Text_OfThirtyMebibytes_IsRefusedByItsLength()
    {
        var (status, body) = await TokenizeAsync(30 << 20);

        status.ShouldBe(400);
        var error = body.GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("invalid_request");
        error.GetProperty("message").GetString().ShouldBe($"The text has {30 << 20} characters; at most {Longest} are encoded at once.");
    }

    [Fact]
    public async Task Ids_OfLongTokens_AreRefusedWhenTheirTextIsTooLong()
    {
        using var tokenizer = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Repository.Pebble, "tokenizer.json")));
        var longest = tokenizer.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().MaxBy(token => token.Name.Length);
        var ids = string.Join(',', Enumerable.Repeat(longest.Value.GetInt32(), (8 << 20) / longest.Name.Length * 2));

        var (status, body) = await _server.PostAsync("/detokenize", $$"""{"model":"pebble","tokens":[{{ids}}]}""");

        status.ShouldBe(400);
        body.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("make a text of more than 8388608 characters");
    }

    private Task<(int Status, JsonElement Body)> TokenizeAsync(int length) =>
        _server.PostAsync("/tokenize", $$"""{"model":"pebble","prompt":"{{new string('a', length)}}"}""");
}
