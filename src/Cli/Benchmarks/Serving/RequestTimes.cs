namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>When the tokens of one answer came.</summary>
internal sealed class RequestTimes
{
    private readonly List<(double Milliseconds, int Tokens)> _arrivals = [];

    /// <summary>Why it was not answered; null where it was.</summary>
    public LmDeployException? Failure { get; set; }

    public int Tokens { get; private set; }

    public double FirstToken => _arrivals[0].Milliseconds;

    /// <summary>From the request to the last token.</summary>
    public double Latency => _arrivals[^1].Milliseconds;

    /// <summary>The time between each token and the one before. Tokens that come together share the time since the ones before.</summary>
    public IEnumerable<double> Gaps
    {
        get
        {
            for (var i = 1; i < _arrivals.Count; i++)
            {
                var gap = (_arrivals[i].Milliseconds - _arrivals[i - 1].Milliseconds) / _arrivals[i].Tokens;
                for (var token = 0; token < _arrivals[i].Tokens; token++)
                {
                    yield return gap;
                }
            }
        }
    }

    /// <summary>The time for each token after the first arrival, on average: however they were bundled on their way. NaN where all came at once.</summary>
    public double PerToken => (Latency - FirstToken) / (Tokens - _arrivals[0].Tokens);

    /// <param name="milliseconds">Since the request.</param>
    public void Add(double milliseconds, int tokens)
    {
        _arrivals.Add((milliseconds, tokens));
        Tokens += tokens;
    }
}
