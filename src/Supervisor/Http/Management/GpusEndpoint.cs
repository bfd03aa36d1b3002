using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Pipelines;

namespace LmDeploy.Supervisor.Http.Management;

/// <summary><c>GET /v1/gpus</c>: the devices, and which pipelines hold what of them.</summary>
internal sealed class GpusEndpoint(PipelineOverview overview)
{
    public async Task HandleAsync(HttpContext http)
    {
        var gpus = await overview.ListGpusAsync(http.RequestAborted);
        await JsonReply.WriteAsync(http, json => ProtoJson.Write(json, gpus));
    }
}
