namespace LmDeploy.Evaluation;

/// <summary>The error codes of this library, beside those of pipelines; docs/errors.md says what each means and what to do.</summary>
internal static class EvaluationErrorCodes
{
    /// <summary>A scorer threw, or its scores do not match the questions.</summary>
    public const string ScorerFailed = "scorer_failed";

    /// <summary>A dataset cannot be read. The code of requests that cannot be served.</summary>
    public const string InvalidRequest = "invalid_request";
}
