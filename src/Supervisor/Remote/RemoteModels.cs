using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Remote;

/// <summary>Finds the models that callers over the network name. They have no folders here: a path is for admins.</summary>
internal sealed class RemoteModels(ServedModels served, ModelPlaces places)
{
    /// <summary>Puts the folder and the name of a model in place of what a caller over the network called it.</summary>
    /// <exception cref="SupervisorException">There is no such model, or the caller may not use it.</exception>
    public async Task LocateAsync(OpenPipeline? open, Caller caller, CancellationToken cancellationToken)
    {
        if (open is null || !caller.IsRemote)
        {
            return;
        }

        var (folder, name) = await FindAsync(open.Model, caller, cancellationToken);
        open.Model = folder;
        open.Name = open.Name.Length > 0 ? open.Name : name;
    }

    private async Task<(string Folder, string Name)> FindAsync(string model, Caller caller, CancellationToken cancellationToken)
    {
        if (served.Find(model) is { } known)
        {
            return (known.Open.Model, known.Name);
        }

        if (await places.FindNameAsync(model, caller.IsAdmin, cancellationToken) is { } found)
        {
            return (found.Folder, found.Name);
        }

        if (caller.IsAdmin && Path.IsPathRooted(model))
        {
            var source = await places.FindAsync(model, cancellationToken);
            return (source.Folder, source.Name);
        }

        throw new SupervisorException(
            ErrorCodes.ModelNotFound,
            $"The server has no model '{model}': give the name of one that it serves, of a folder in its LMDEPLOY_MODELS, or of the hub (org/name)."
                + (Path.IsPathRooted(model) ? " Paths of the server take an admin key; paths of your own machine it cannot read." : ""),
            model);
    }
}
