namespace LmDeploy.Cli.Benchmarks;

/// <summary>Least, median and most of the rounds that ended in one way.</summary>
internal sealed class ReclaimSummary(IReadOnlyList<ReclaimFigures> rounds)
{
    public string Way => rounds[0].Way;

    public int Rounds => rounds.Count;

    public (double Min, double Median, double Max) Milliseconds => Of(round => round.Receipt.ReclaimTime.TotalMilliseconds);

    public (double Min, double Median, double Max) Residual => Of(round => round.Receipt.ResidualBytes);

    public IReadOnlyDictionary<string, double> ToJson() => new Dictionary<string, double>
    {
        ["rounds"] = Rounds, ["killed"] = rounds[0].IsKilled ? 1 : 0, ["reclaimed"] = rounds.Count(round => round.Receipt.Verdict == ReclaimVerdict.Reclaimed),
        ["milliseconds_min"] = Milliseconds.Min, ["milliseconds_median"] = Milliseconds.Median, ["milliseconds_max"] = Milliseconds.Max,
        ["residual_bytes_min"] = Residual.Min, ["residual_bytes_median"] = Residual.Median, ["residual_bytes_max"] = Residual.Max,
    };

    private (double Min, double Median, double Max) Of(Func<ReclaimFigures, double> value) =>
        (rounds.Min(value), Percentiles.Median(rounds.Select(value)), rounds.Max(value));
}
