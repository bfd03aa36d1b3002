using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Management;

/// <summary>
/// <c>GET /v1/events</c>: each pipeline as it is now and whenever its state, its worker or its load changes, and a last word when it is gone.
/// </summary>
internal sealed class EventsEndpoint(PipelineOverview overview, TimeProvider time)
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

        using var timer = new PeriodicTimer(_period, time);
        var known = new Dictionary<string, PipelineInfo>();
        do
        {
            var now = (await overview.ListAsync(http.RequestAborted)).ToDictionary(pipeline => pipeline.Id);
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
        while (await timer.WaitForNextTickAsync(http.RequestAborted));
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
