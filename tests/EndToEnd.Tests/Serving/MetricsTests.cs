using System.Text.Json;
using System.Text.RegularExpressions;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What <c>/metrics</c> shows, and the dashboard that asks for it.</summary>
[Collection(SharedServer.Name)]
public sealed partial class MetricsTests(ServerFixture fixture)
{
    [Fact]
    public async Task Dashboard_AsksForMetricsThatThereAre()
    {
        var asked = await fixture.Server.PostAsync("/v1/chat/completions", """{"model":"boulder","messages":[{"role":"user","content":"What is 17 + 25?"}]}""");
        asked.Status.ShouldBe(200, asked.Body.ToString());
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "deploy", "grafana-dashboard.json")));
        var wanted = Metric().Matches(dashboard.RootElement.GetRawText()).Select(match => match.Value).ToHashSet();
        if ((await fixture.Server.GetAsync("/v1/gpus")).Body.GetProperty("gpus").GetArrayLength() == 0)
        {
            wanted.RemoveWhere(name => name.StartsWith("lmdeploy_gpu_memory_", StringComparison.Ordinal)).ShouldBe(2);
        }

        wanted.Count.ShouldBeGreaterThan(8);
        await Eventually.BeAsync(
            () => wanted
                .Except(Sample().Matches(fixture.Server.Http.GetStringAsync("/metrics").GetAwaiter().GetResult()).Select(match => match.Groups[1].Value))
                .ToList(),
            missing => missing.Count == 0,
            "nothing to be missing",
            TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Requests_AreCountedWithModelAndError()
    {
        (await fixture.Server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":4,"ignore_eos":true}""")).Status.ShouldBe(200);
        (await fixture.Server.PostAsync("/v1/completions", """{"model":"pebble","prompt":[999999]}""")).Status.ShouldBe(400);
        await Eventually.BeAsync(
            () => fixture.Server.Http.GetStringAsync("/metrics").GetAwaiter().GetResult().Split('\n'),
            lines => lines.Any(line => IsOfRequests(line) && !line.Contains("error_type"))
                && lines.Any(line => IsOfRequests(line) && line.Contains("error_type=\"invalid_request\"")),
            "both to be counted", // The exporter shows for a moment what it showed before.
            TimeSpan.FromSeconds(10));

        static bool IsOfRequests(string line) =>
            line.StartsWith("gen_ai_server_request_duration_seconds_count", StringComparison.Ordinal)
                && line.Contains("text_completion")
                && line.Contains("gen_ai_request_model=\"pebble\"");
    }

    [GeneratedRegex(@"^(\w+)[{ ]", RegexOptions.Multiline)]
    private static partial Regex Sample();

    /// <summary>Names of metrics, which labels begin like, are those that a selector or a range follows.</summary>
    [GeneratedRegex(@"\b(gen_ai|lmdeploy)_\w+(?=[{\[]|, job\))")]
    private static partial Regex Metric();
}
