namespace LmDeploy.Evaluation.Judging;

/// <summary>Makes one verdict of those on both orders, so that a judge who prefers a place rather than an answer prefers neither.</summary>
internal static class BothOrders
{
    /// <param name="straight">With the first model as assistant A.</param>
    /// <param name="swapped">With the second model as assistant A.</param>
    public static PairwiseVerdict Combine(JudgeVerdict straight, JudgeVerdict swapped) => (straight, swapped) switch
    {
        (JudgeVerdict.None, _) or (_, JudgeVerdict.None) => PairwiseVerdict.NotJudged,
        (JudgeVerdict.A, JudgeVerdict.B) => PairwiseVerdict.Win,
        (JudgeVerdict.B, JudgeVerdict.A) => PairwiseVerdict.Loss,
        _ => PairwiseVerdict.Tie,
    };
}
