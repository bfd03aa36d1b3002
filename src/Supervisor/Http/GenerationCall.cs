using System.Runtime.ExceptionServices;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Requests;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Runs Generate calls for requests whose answers may be streamed. The first prompt that fails ends all of the call.</summary>
internal sealed class GenerationCall(RequestProxy proxy, ErrorHandling errors)
{
    /// <param name="measurement">Of the request.</param>
    /// <param name="take">Gets the events, one at a time, but for failures.</param>
    /// <param name="stream">Where the answer goes as it comes; null when it is sent as a whole.</param>
    /// <returns>False when the call failed after the stream had begun, which the caller was told there.</returns>
    /// <exception cref="ApiException">The call failed before.</exception>
    public async Task<bool> RunAsync(
        HttpContext http, GenerateRequest request, RequestMeasurement measurement, Func<GenerationEvent, ValueTask> take, EventStream? stream,
        RequestDeadline deadline)
    {
        try
        {
            await RunAsync(request, measurement, take, deadline.Token);
            return true;
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            var error = errors.Translate(deadline.Explain(exception), http.Request.Path);
            measurement.Fail(error.Code);
            if (stream?.HasBegun != true)
            {
                throw error;
            }

            await stream.FailAsync(error);
            return false;
        }
    }

    /// <summary>What fails here must not look as if the worker had failed: it ends the call as a caller that cancels does, and is thrown then.</summary>
    private async Task RunAsync(
        GenerateRequest request, RequestMeasurement measurement, Func<GenerationEvent, ValueTask> take, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        try
        {
            await proxy.GenerateAsync(request, new GenerationSink(TakeAsync), giveUp.Token);
        }
        catch (Exception) when (failure is not null)
        {
            failure.Throw();
        }

        failure?.Throw();

        async ValueTask TakeAsync(GenerationEvent happened)
        {
            if (failure is not null)
            {
                return;
            }

            measurement.Add(happened);
            try
            {
                await (happened.Finished?.Error is { } error ? throw ApiException.From(error) : take(happened));
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
                await giveUp.CancelAsync();
            }
        }
    }
}
