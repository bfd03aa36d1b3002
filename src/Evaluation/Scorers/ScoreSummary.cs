namespace LmDeploy.Evaluation;

/// <summary>What the scores of many questions become.</summary>
public enum ScoreSummary
{
    /// <summary>The weighted mean; questions that could not be scored count as 0.</summary>
    Mean,

    /// <summary>
    /// The exponential of the weighted mean of negative log-likelihoods, where less is better; questions that could not be scored are left out.
    /// </summary>
    Perplexity,
}
