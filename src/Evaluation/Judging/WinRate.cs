using LmDeploy.Evaluation.Judging;
using LmDeploy.Evaluation.Statistics;

namespace LmDeploy.Evaluation;

/// <summary>How often one model's answers are better than another's.</summary>
/// <param name="Value">(wins + ties / 2) / questions that were judged, 0 to 1; 0.5 where the models are equally good, NaN where nothing was judged.</param>
/// <param name="Interval">Its percentile bootstrap interval over the questions that were judged.</param>
/// <param name="Wins">Questions whose answer of the first model is better.</param>
/// <param name="Losses">Questions whose answer of the second model is better.</param>
/// <param name="Ties">Questions on which neither is.</param>
/// <param name="NotJudged">Questions without a verdict, which do not count.</param>
/// <param name="PValue">Of the exact two-sided sign test, ties aside: how probable wins and losses at least as uneven are among models that are equally
/// good.</param>
public sealed record WinRate(double Value, Interval Interval, int Wins, int Losses, int Ties, int NotJudged, double PValue)
{
    internal static WinRate Of(IReadOnlyList<PairwiseVerdict> verdicts, ScoreStatistics statistics)
    {
        var judged = verdicts.Where(verdict => verdict != PairwiseVerdict.NotJudged).Select(verdict => new ItemScore(ValueOf(verdict)));
        var metric = statistics.Summarize([.. judged], ScoreSummary.Mean);
        var (wins, losses) = (Count(PairwiseVerdict.Win), Count(PairwiseVerdict.Loss));
        return new WinRate(
            metric.Value, metric.Interval, wins, losses, Count(PairwiseVerdict.Tie), Count(PairwiseVerdict.NotJudged), BinomialTest.PValue(wins, losses));

        int Count(PairwiseVerdict kind) => verdicts.Count(verdict => verdict == kind);
    }

    private static double ValueOf(PairwiseVerdict verdict) => verdict switch
    {
        PairwiseVerdict.Win => 1,
        PairwiseVerdict.Loss => 0,
        _ => 0.5,
    };
}
