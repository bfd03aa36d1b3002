using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Models;

/// <summary>Finds the pipeline for a request by the name of its model. Thread-safe.</summary>
internal sealed class ModelRouter(ServedModels served)
{
    /// <exception cref="ApiException">No model is served under the name.</exception>
    public RoutedModel Find(string name)
    {
        var model = served.Find(name)
            ?? throw new ApiException(StatusCodes.Status404NotFound, ErrorCodes.ModelNotFound, $"The model '{name}' is not served here. {Served()}", "model");
        var key = NamedPipelines.KeyPrefix + served.Route(model);
        return new RoutedModel(model.Name, key, model.Open.Model);
    }

    private string Served() => served.All is { Count: > 0 } all ? $"Served are: {string.Join(", ", all.Select(model => model.Name))}." : "No model is.";
}
