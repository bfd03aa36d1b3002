using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Logging;

namespace LmDeploy.Supervisor.Serving;

/// <summary>Preloads models. A failed load is logged, and requests to that model report it again. Thread-safe.</summary>
internal sealed partial class Preloading(ServedModels served, ILogger<Preloading> logger)
{
    private Task _loading = Task.CompletedTask;

    public bool IsOver => Volatile.Read(ref _loading).IsCompleted;

    public void Begin(IEnumerable<ServedModel> models, CancellationToken cancellationToken) =>
        Volatile.Write(ref _loading, Task.WhenAll(models.Select(model => LoadAsync(model, cancellationToken))));

    private async Task LoadAsync(ServedModel model, CancellationToken cancellationToken)
    {
        try
        {
            await served.LoadAsync(model, cancellationToken);
            LogLoaded(model.Name);
        }
        catch (SupervisorException failure)
        {
            LogFailed(model.Name, failure.Message);
        }
        catch (OperationCanceledException)
        {
            // The supervisor ends.
        }
        catch (Exception exception)
        {
            LogFailed(model.Name, $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    [LoggerMessage(EventIds.ModelLoaded, LogLevel.Information, "{Model} is loaded", EventName = nameof(EventIds.ModelLoaded))]
    private partial void LogLoaded(string model);

    [LoggerMessage(EventIds.ModelNotLoaded, LogLevel.Error, "{Model} cannot be loaded: {Reason}", EventName = nameof(EventIds.ModelNotLoaded))]
    private partial void LogFailed(string model, string reason);
}
