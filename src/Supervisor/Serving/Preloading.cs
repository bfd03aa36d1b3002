using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>
/// Preloads models, and loads them again after a failure that may pass: after <see cref="FirstDelay"/>, then after twice the time, up to
/// <see cref="LongestDelay"/>. So a service whose model failed becomes ready again without a request. Thread-safe.
/// </summary>
internal sealed partial class Preloading(ServedModels served, TimeProvider time, ILogger<Preloading> logger)
{
    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    private int _unattempted;

    /// <summary>Whether each model was loaded or has failed once.</summary>
    public bool IsOver => Volatile.Read(ref _unattempted) == 0;

    public void Begin(IEnumerable<ServedModel> models, CancellationToken cancellationToken)
    {
        foreach (var model in models)
        {
            Interlocked.Increment(ref _unattempted);
            KeepAsync(model, cancellationToken).Detach(exception => LogFailed(model.Name, $"{exception.GetType().Name}: {exception.Message}"));
        }
    }

    private async Task KeepAsync(ServedModel model, CancellationToken cancellationToken)
    {
        var isFirst = true;
        var delay = FirstDelay;
        while (served.Find(model.Name) == model)
        {
            var (pipelines, failure) = await TryLoadAsync(model, cancellationToken);
            if (isFirst)
            {
                isFirst = false;
                Interlocked.Decrement(ref _unattempted);
            }

            if (pipelines is not null)
            {
                delay = FirstDelay;
                failure = (await await Task.WhenAny(pipelines.Select(pipeline => pipeline.Ended))).Error;
            }

            if (failure is null || cancellationToken.IsCancellationRequested || !IsWorthRetrying(failure, hasServed: pipelines is not null))
            {
                return;
            }

            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    /// <summary>A model that was stopped was unloaded on purpose. One that has served is no broken folder.</summary>
    private static bool IsWorthRetrying(Error failure, bool hasServed) =>
        failure.Code is not (ErrorCodes.Stopped or ErrorCodes.SupervisorUnavailable)
            && (hasServed || failure.Code is ErrorCodes.OutOfMemory or ErrorCodes.LoadTimeout || RestartPolicy.IsWorthRetrying(failure));

    /// <returns>The pipelines, or why there are none; neither when the server ends.</returns>
    private async Task<(IReadOnlyList<Pipeline>? Pipelines, Error? Failure)> TryLoadAsync(ServedModel model, CancellationToken cancellationToken)
    {
        try
        {
            var pipelines = await served.LoadAsync(model, cancellationToken);
            LogLoaded(model.Name);
            return (pipelines, null);
        }
        catch (SupervisorException failure)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                LogFailed(model.Name, failure.Message);
            }

            return (null, failure.Error);
        }
        catch (OperationCanceledException)
        {
            return (null, null); // The supervisor ends.
        }
        catch (Exception exception)
        {
            LogFailed(model.Name, $"{exception.GetType().Name}: {exception.Message}");
            return (null, null);
        }
    }

    [LoggerMessage(EventIds.ModelLoaded, LogLevel.Information, "{Model} is loaded", EventName = nameof(EventIds.ModelLoaded))]
    private partial void LogLoaded(string model);

    [LoggerMessage(EventIds.ModelNotLoaded, LogLevel.Error, "{Model} cannot be loaded: {Reason}", EventName = nameof(EventIds.ModelNotLoaded))]
    private partial void LogFailed(string model, string reason);
}
