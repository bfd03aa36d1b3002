using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Management;

/// <summary>
/// <c>GET /v1/events</c>: each pipeline as it is now and whenever its state, its worker or its load changes, and a last word when it is gone.
/// </summary>
internal sealed class EventsEndpoint(PipelineOverview overview, DrainEnd end, TimeProvider time)
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(500);

    public async Task HandleAsync(HttpContext http)
    {
        using var events = new EventStream(http);
        await events.FlushAsync();
        if (events.IsHeadOnly)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, end.Token);
        try
        {
            await WatchAsync(events, either.Token);
        }
        catch (OperationCanceledException) when (end.Token.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            await events.FailAsync(ApiException.Ending());
        }
    }

    private async Task WatchAsync(EventStream events, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_period, time);
        var known = new Dictionary<string, PipelineInfo>();
        do
        {
            var now = (await overview.ListAsync(cancellationToken)).ToDictionary(pipeline => pipeline.Id);
            foreach (var pipeline in now.Values.Where(pipeline => !known.TryGetValue(pipeline.Id, out var before) || HasChanged(before, pipeline)))
            {
                Write(events, "pipeline", pipeline);
            }

            foreach (var gone in known.Values.Where(pipeline => !now.ContainsKey(pipeline.Id)))
            {
                Write(events, "gone", gone);
            }

            await events.FlushAsync();
            known = now;
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private static bool HasChanged(PipelineInfo before, PipelineInfo now) =>
        (before.State, before.WorkerPid, before.Restarts, before.RunningRequests) != (now.State, now.WorkerPid, now.Restarts, now.RunningRequests);

    private static void Write(EventStream events, string type, PipelineInfo pipeline) => events.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WritePropertyName("pipeline");
        ProtoJson.Write(json, pipeline);
        json.WriteEndObject();
    });
}
