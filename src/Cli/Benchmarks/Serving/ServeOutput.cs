using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>Shows how loads were answered.</summary>
internal static class ServeOutput
{
    public static void Write(Terminal terminal, IReadOnlyList<ServeFigures> figures, Roofline? roofline)
    {
        Listing.WriteToFit(
            terminal,
            [
                "AT ONCE", "ANSWERED", "FAILED", "DURATION", "REQUESTS/S", "TOKENS/S", "OF THE LIMIT", "FIRST TOKEN p50 p95 p99",
                "BETWEEN TOKENS p50 p95 p99", "PER TOKEN p50 p95 p99", "LATENCY p50 p95 p99",
            ],
            [.. figures.Select(f => new[]
            {
                Units.Format($"{f.Concurrency}"), Units.Format($"{f.Requests}"), Units.Format($"{f.Failed}"), Units.Format($"{f.Duration.TotalSeconds:0.00} s"),
                Units.Format($"{f.RequestsPerSecond:0.00}"), Units.Format($"{f.OutputTokensPerSecond:0}"),
                CeilingsFlag.Show(f.OutputTokensPerSecond / Limit(f, roofline)), Milliseconds(f.FirstToken), Milliseconds(f.Gap),
                Milliseconds(f.PerToken), Milliseconds(f.Latency),
            })]);
        foreach (var f in figures.Where(f => f.Failure is not null))
        {
            terminal.WriteError(f.Failure!.Code, f.Failure.Message);
        }
    }

    public static IReadOnlyDictionary<string, double> ToJson(ServeFigures f, Roofline? roofline)
    {
        var json = new Dictionary<string, double>
        {
            ["concurrency"] = f.Concurrency, ["requests"] = f.Requests, ["failed"] = f.Failed, ["duration_seconds"] = f.Duration.TotalSeconds,
            ["requests_per_second"] = f.RequestsPerSecond,
            ["input_tokens"] = f.InputTokens, ["output_tokens"] = f.OutputTokens, ["output_tokens_per_second"] = f.OutputTokensPerSecond,
            ["output_tokens_per_second_limit"] = Limit(f, roofline), ["output_share_of_limit"] = f.OutputTokensPerSecond / Limit(f, roofline),
        };
        Add("first_token_ms", f.FirstToken);
        Add("token_gap_ms", f.Gap);
        Add("per_token_ms", f.PerToken);
        Add("latency_ms", f.Latency);
        return json;

        void Add(string name, Percentiles times) => (json[$"{name}_p50"], json[$"{name}_p95"], json[$"{name}_p99"]) = (times.P50, times.P95, times.P99);
    }

    private static double Limit(ServeFigures f, Roofline? roofline) => roofline is null || f.Requests == 0
        ? double.NaN
        : roofline.ServeTokensPerSecond(f.Requests, (double)f.InputTokens / f.Requests, (double)f.OutputTokens / f.Requests, f.Concurrency);

    private static string Milliseconds(Percentiles times) => Units.Format($"{times.P50:0.0} {times.P95:0.0} {times.P99:0.0} ms");
}
