using LmDeploy.Hub;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Reads;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>Finds the folder of a model that a caller named or gave the path of. A name is downloaded where the service allows it.</summary>
/// <param name="mayDownload">Whether it does.</param>
internal sealed class ModelPlaces(bool mayDownload, BlockingReads reads)
{
    /// <summary>Finds a model by the path of its folder or by its name.</summary>
    /// <exception cref="SupervisorException">There is no such model.</exception>
    public async Task<ModelSource> FindAsync(string model, CancellationToken cancellationToken)
    {
        var isFolder = !model.Contains('\0') && await reads.RunAsync(() => Directory.Exists(model), cancellationToken);
        if (!isFolder && !Model.IsName(model))
        {
            throw new SupervisorException(
                ErrorCodes.ModelNotFound, $"There is no model folder {model}, and no model is served under that name.", "model");
        }

        return await ResolveAsync(
            isAdmin: true,
            () => mayDownload && !isFolder
                ? Model.ResolveAsync(model, cancellationToken: cancellationToken)
                : reads.RunAsync(() => Model.Resolve(model, mayDownload: false, cancellationToken: cancellationToken), cancellationToken));
    }

    /// <summary>Finds a model by its name alone: of the folders in LMDEPLOY_MODELS, or of the hub. The working folder does not count.</summary>
    /// <param name="model">The name.</param>
    /// <param name="isAdmin">Whether the caller may have it downloaded, where the service allows that.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where it is no name that could be one.</returns>
    /// <exception cref="SupervisorException">There is no such model.</exception>
    public async Task<ModelSource?> FindNameAsync(string model, bool isAdmin, CancellationToken cancellationToken)
    {
        if (await reads.RunAsync(() => Model.List().FirstOrDefault(local => !local.IsCached && local.Name == model), cancellationToken) is { } own)
        {
            return new ModelSource { Folder = own.Folder, Name = own.Name[(own.Name.LastIndexOf('/') + 1)..] };
        }

        if (!ModelName.IsName(model))
        {
            return null;
        }

        return await ResolveAsync(isAdmin, async () =>
        {
            var name = ModelName.Parse(model);
            var folder = await reads.RunAsync(() => Model.Find(model), cancellationToken)
                ?? (mayDownload && isAdmin
                    ? await Model.DownloadAsync(model, cancellationToken: cancellationToken)
                    : throw new HubException(ErrorCodes.ModelNotFound, $"{model} is not on this host. Download it: lmdeploy pull {model}", model));
            return new ModelSource { Folder = folder, Name = name.ShortName };
        });
    }

    private async Task<ModelSource> ResolveAsync(bool isAdmin, Func<Task<ModelSource>> find)
    {
        try
        {
            return await find();
        }
        catch (HubException e)
        {
            var advice = e.Code != ErrorCodes.ModelNotFound ? ""
                : !mayDownload ? " on the server, or start it with --allow-downloads."
                : isAdmin ? ""
                : " on the server, or use an admin key.";
            throw new SupervisorException(e.Code, e.Message + advice, "model");
        }
    }
}
