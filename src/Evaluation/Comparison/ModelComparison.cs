using LmDeploy.Evaluation.Comparison;

namespace LmDeploy.Evaluation;

/// <summary>Compares models: each runs in its own process, answers the same questions, is scored and releases its memory.</summary>
public static class ModelComparison
{
    /// <summary>Runs every model over a dataset. Models and judge are inspected first (<see cref="Supervisor.Inspect"/>), before any is loaded.</summary>
    /// <param name="models">The models, at least one: paths of folders or names of the hub, or <see cref="ComparedModel"/>s with settings of their own.</param>
    /// <param name="dataset">The questions.</param>
    /// <param name="options">How to compare. Default: <see cref="ComparisonOptions"/>'s defaults.</param>
    /// <param name="progress">Is told how far the comparison has come.</param>
    /// <param name="cancellationToken">Gives up; what was found out stays in <see cref="ComparisonOptions.StateFile"/>, and no worker is left.</param>
    /// <returns>
    /// What was found out. A model that fails to load, or later, has its <see cref="ModelOutcome.Error"/>, and the others are compared all the same.
    /// </returns>
    /// <exception cref="ArgumentException">There is no model, a scorer's name occurs twice, or the state file belongs to another comparison.</exception>
    /// <exception cref="ComparisonRefusedException">Models or the judge cannot be served; nothing was loaded.</exception>
    /// <exception cref="LmDeployException">The supervisor is not available.</exception>
    /// <exception cref="IOException">The state file cannot be written, or another comparison uses it.</exception>
    public static async Task<ComparisonResult> RunAsync(
        IEnumerable<ComparedModel> models,
        Dataset dataset,
        ComparisonOptions? options = null,
        IProgress<ComparisonProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(dataset);
        options ??= new ComparisonOptions();
        if (options.Supervisor?.IsRemote == true)
        {
            return await new ComparisonRun(ComparisonPlan.Of(models, dataset, options), progress).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        var located = await ModelLocation.LocateAsync(models, cancellationToken).ConfigureAwait(false);
        if (options.Judge is { } judge)
        {
            var place = await ModelLocation.LocateAsync([judge.Model], cancellationToken).ConfigureAwait(false);
            options = options with { Judge = judge with { Model = place[0].Path } };
        }

        return await new ComparisonRun(ComparisonPlan.Of(located, dataset, options), progress).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}
