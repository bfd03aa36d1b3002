using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Serving;

/// <summary>Whether the server takes requests for all models that it has to have loaded: pinned and preloaded ones. Thread-safe.</summary>
internal sealed class Readiness(RequestGate gate, Preloading preloading, ServedModels served)
{
    /// <summary>The status in one word, and the reason why it is not <c>ready</c>; null for one that is.</summary>
    public (string Status, string? Reason) Now()
    {
        if (gate.IsClosed)
        {
            return ("draining", "the server is shutting down");
        }

        var loads = served.All.Where(model => model.IsPreloaded).Select(model => (model.Name, Load: served.LoadOf(model))).ToList();
        if (loads.Find(model => model.Load is { State: not LoadState.Ready, Failure: not null }) is { Name: not null } failed)
        {
            return ("failed", $"{failed.Name} cannot be served: {failed.Load.Failure!.Code}");
        }

        if (preloading.IsOver)
        {
            return ("ready", null);
        }

        var waiting = loads.Where(model => model.Load.State != LoadState.Ready).Select(model => model.Name);
        return ("loading", $"{string.Join(", ", waiting)} not loaded yet");
    }
}
