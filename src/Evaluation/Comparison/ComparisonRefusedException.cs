namespace LmDeploy.Evaluation;

/// <summary>
/// Models of a comparison cannot be served. They are inspected before the first one is loaded, so nothing was loaded. Code and subject are those of the
/// first problem.
/// </summary>
public sealed class ComparisonRefusedException : LmDeployException
{
    internal ComparisonRefusedException(IReadOnlyList<ModelRefusal> refusals)
        : base(refusals[0].Problems[0].Code, Describe(refusals), refusals[0].Problems[0].Subject)
        => Refusals = refusals;

    /// <summary>All models that cannot be served, the judge last.</summary>
    public IReadOnlyList<ModelRefusal> Refusals { get; }

    private static string Describe(IEnumerable<ModelRefusal> refusals) => string.Join(
        Environment.NewLine, refusals.SelectMany(refusal => refusal.Problems, (refusal, problem) => $"{refusal.Path}: {problem.Message}"));
}
