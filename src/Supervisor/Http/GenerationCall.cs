using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Requests;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Runs Generate calls for requests whose answers may be streamed.</summary>
internal sealed class GenerationCall(RequestProxy proxy, ErrorHandling errors)
{
    /// <param name="take">Gets the events, one at a time.</param>
    /// <param name="stream">Where the answer goes as it comes; null when it is sent as a whole.</param>
    /// <returns>False when the call failed after the stream had begun, which the caller was told there.</returns>
    /// <exception cref="ApiException">The call failed before.</exception>
    public async Task<bool> RunAsync(HttpContext http, GenerateRequest request, Func<GenerationEvent, ValueTask> take, EventStream? stream, RequestDeadline deadline)
    {
        try
        {
            await proxy.GenerateAsync(request, new GenerationSink(take), deadline.Token);
            return true;
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            var error = errors.Translate(deadline.Explain(exception), http.Request.Path);
            if (stream?.HasBegun != true)
            {
                throw error;
            }

            await stream.FailAsync(error);
            return false;
        }
    }
}
