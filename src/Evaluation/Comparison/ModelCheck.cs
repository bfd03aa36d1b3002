namespace LmDeploy.Evaluation.Comparison;

/// <summary>Inspects models before any of them is loaded.</summary>
internal sealed class ModelCheck(ComparisonOptions options, IProgress<ComparisonProgress>? progress)
{
    private readonly Supervisor _supervisor = options.Supervisor ?? Supervisor.Shared;

    /// <exception cref="ComparisonRefusedException">Some of them cannot be served.</exception>
    /// <exception cref="LmDeployException">The supervisor is not available.</exception>
    public async Task RunAsync(IEnumerable<PlannedModel> models, PlannedModel? judge, CancellationToken cancellationToken)
    {
        var refusals = new List<ModelRefusal>();
        foreach (var model in judge is null ? models : models.Append(judge))
        {
            progress?.Report(new ComparisonProgress { Model = model.Name, Stage = "checking", Done = 0, Total = 0 });
            if (await ProblemsOfAsync(model, cancellationToken).ConfigureAwait(false) is { Count: > 0 } problems)
            {
                refusals.Add(new ModelRefusal { Name = model.Name, IsJudge = model == judge, Path = model.Path, Problems = problems });
            }
        }

        if (refusals.Count > 0)
        {
            throw new ComparisonRefusedException(refusals);
        }
    }

    private async Task<IReadOnlyList<InspectionProblem>> ProblemsOfAsync(PlannedModel model, CancellationToken cancellationToken)
    {
        try
        {
            return (await _supervisor.InspectAsync(model.Path, model.Engine, cancellationToken).ConfigureAwait(false)).Problems;
        }
        catch (LmDeployException e) when (e is ModelLoadException || e.Code is LmDeployErrorCodes.InvalidRequest or LmDeployErrorCodes.LoadTimeout)
        {
            return [new InspectionProblem { Code = e.Code, Message = e.Message, Subject = e.Subject }];
        }
    }
}
