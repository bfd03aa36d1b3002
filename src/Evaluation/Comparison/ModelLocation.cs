using LmDeploy.Hub;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>Finds models that are named as the hub names them, before anything else looks at their files.</summary>
internal static class ModelLocation
{
    /// <returns>Models with paths of folders; one that is not there stays as it is, and the check before the first load says so.</returns>
    public static async Task<IReadOnlyList<ComparedModel>> LocateAsync(IEnumerable<ComparedModel> models, CancellationToken cancellationToken)
    {
        var located = new List<ComparedModel>();
        foreach (var model in models)
        {
            located.Add(model is not null && Model.IsName(model.Path) ? await LocateAsync(model, cancellationToken).ConfigureAwait(false) : model!);
        }

        return located;
    }

    private static async Task<ComparedModel> LocateAsync(ComparedModel model, CancellationToken cancellationToken)
    {
        try
        {
            var source = await Model.ResolveAsync(model.Path, cancellationToken: cancellationToken).ConfigureAwait(false);
            return model with { Path = source.Folder, Name = model.Name ?? source.Name };
        }
        catch (HubException)
        {
            return model;
        }
    }
}
