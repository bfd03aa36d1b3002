namespace LmDeploy.Evaluation.Judging;

/// <summary>What two models' answers to a question are to each other.</summary>
internal enum PairwiseVerdict
{
    /// <summary>The judge gave no verdict on one of the orders, or could not be asked.</summary>
    NotJudged,

    /// <summary>The first model's answer is better in both orders.</summary>
    Win,

    /// <summary>The second model's answer is better in both orders.</summary>
    Loss,

    /// <summary>Neither is better in both.</summary>
    Tie,
}
