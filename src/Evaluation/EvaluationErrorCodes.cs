namespace LmDeploy.Evaluation;

/// <summary>The error codes that comparisons have beside <see cref="LmDeployErrorCodes"/>; docs/errors.md says what each means and what to do.</summary>
public static class EvaluationErrorCodes
{
    /// <summary>A scorer threw, or its scores do not match the questions.</summary>
    public const string ScorerFailed = "scorer_failed";
}
