namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>How a load was answered.</summary>
/// <param name="Concurrency">The most requests at once.</param>
/// <param name="Requests">Those that were answered.</param>
/// <param name="Failed">Those that were not.</param>
/// <param name="Duration">From the first request to the last token.</param>
/// <param name="InputTokens">Of the prompts that were answered.</param>
/// <param name="OutputTokens">Of their answers.</param>
/// <param name="FirstToken">From a request to its first token, in milliseconds.</param>
/// <param name="Gap">Between one token and the next of the same answer, in milliseconds.</param>
/// <param name="PerToken">For each token after the first one, on average over an answer, in milliseconds.</param>
/// <param name="Latency">From a request to its last token, in milliseconds.</param>
/// <param name="Failure">The first of the failures; null for none.</param>
internal sealed record ServeFigures(
    int Concurrency, int Requests, int Failed, TimeSpan Duration, long InputTokens, long OutputTokens, Percentiles FirstToken, Percentiles Gap,
    Percentiles PerToken, Percentiles Latency, LmDeployException? Failure)
{
    public double RequestsPerSecond => Requests / Duration.TotalSeconds;

    public double OutputTokensPerSecond => OutputTokens / Duration.TotalSeconds;

    public static ServeFigures Of(int concurrency, TimeSpan duration, IReadOnlyList<(ServeRequest Request, RequestTimes Times)> all)
    {
        var answered = all.Where(one => one.Times.Failure is null && one.Times.Tokens > 0).ToList();
        var times = answered.ConvertAll(one => one.Times);
        return new ServeFigures(
            concurrency,
            answered.Count,
            all.Count - answered.Count,
            duration,
            answered.Sum(one => (long)one.Request.PromptIds.Count),
            times.Sum(one => (long)one.Tokens),
            Percentiles.Of(times.Select(one => one.FirstToken)),
            Percentiles.Of(times.SelectMany(one => one.Gaps)),
            Percentiles.Of(times.Select(one => one.PerToken).Where(double.IsFinite)),
            Percentiles.Of(times.Select(one => one.Latency)),
            all.Select(one => one.Times.Failure).FirstOrDefault(failure => failure is not null));
    }
}
