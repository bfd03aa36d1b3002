using LmDeploy.Hub;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Reads;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Models;

/// <summary>Finds the folder of a model that a caller named or gave the path of. A name is downloaded where the service allows it.</summary>
/// <param name="mayDownload">Whether it does.</param>
internal sealed class ModelPlaces(bool mayDownload, BlockingReads reads)
{
    /// <exception cref="ApiException">There is no such model.</exception>
    public async Task<ModelSource> FindAsync(string model, CancellationToken cancellationToken)
    {
        var isFolder = !model.Contains('\0') && await reads.RunAsync(() => Directory.Exists(model), cancellationToken);
        if (!isFolder && !Model.IsName(model))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                ErrorCodes.ModelNotFound,
                $"There is no model folder {model}, and no model is served under that name.",
                "model");
        }

        try
        {
            return mayDownload && !isFolder
                ? await Model.ResolveAsync(model, cancellationToken: cancellationToken)
                : await reads.RunAsync(() => Model.Resolve(model, mayDownload: false, cancellationToken: cancellationToken), cancellationToken);
        }
        catch (HubException e)
        {
            var advice = mayDownload ? "" : " on the server, or start it with --allow-downloads.";
            throw new ApiException(StatusCodes.Status400BadRequest, e.Code, e.Message + advice, "model");
        }
    }
}
