using LmDeploy.Evaluation.Judging;
using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation;

/// <summary>How often one model's answers are better than another's.</summary>
public sealed record WinRate
{
    /// <summary>(wins + ties / 2) / questions that were judged, 0 to 1; 0.5 where the models are equally good, NaN where nothing was judged.</summary>
    public required double Value { get; init; }

    /// <summary>Its percentile bootstrap interval over the questions that were judged.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Questions whose answer of the first model is better.</summary>
    public required int Wins { get; init; }

    /// <summary>Questions whose answer of the second model is better.</summary>
    public required int Losses { get; init; }

    /// <summary>Questions on which neither is.</summary>
    public required int Ties { get; init; }

    /// <summary>Questions without a verdict, which do not count.</summary>
    public required int NotJudged { get; init; }

    /// <summary>
    /// Of the exact two-sided sign test, ties aside: how probable wins and losses at least as uneven are among models that are equally good; NaN where
    /// nothing was judged.
    /// </summary>
    public required double PValue { get; init; }

    internal static WinRate Of(IReadOnlyList<PairwiseVerdict> verdicts, ScoreStatistics statistics)
    {
        var judged = verdicts.Where(verdict => verdict != PairwiseVerdict.NotJudged).Select(verdict => new ItemScore(ValueOf(verdict)));
        var metric = statistics.Summarize([.. judged], ScoreSummary.Mean);
        var (wins, losses) = (Count(PairwiseVerdict.Win), Count(PairwiseVerdict.Loss));
        return new WinRate
        {
            Value = metric.Value, Interval = metric.Interval, Wins = wins, Losses = losses, Ties = Count(PairwiseVerdict.Tie),
            NotJudged = Count(PairwiseVerdict.NotJudged), PValue = double.IsNaN(metric.Value) ? double.NaN : BinomialTest.PValue(wins, losses),
        };

        int Count(PairwiseVerdict kind) => verdicts.Count(verdict => verdict == kind);
    }

    private static double ValueOf(PairwiseVerdict verdict) => verdict switch
    {
        PairwiseVerdict.Win => 1,
        PairwiseVerdict.Loss => 0,
        _ => 0.5,
    };
}
