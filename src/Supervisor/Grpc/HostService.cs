using System.Reflection;
using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Standby;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>What looks at the supervisor and at everything it runs.</summary>
internal sealed class HostService(
    PipelineRegistry registry,
    NamedPipelines named,
    PipelineOverview overview,
    EnvironmentChecker environment,
    StandbyPool standby,
    StopSignal stop,
    SupervisorOptions options,
    TimeProvider time) : V1.Host.HostBase
{
    private const long DefaultDrainMilliseconds = 30_000;
    private const long LongestDrainMilliseconds = 86_400_000;

    private readonly long _started = time.GetTimestamp();

    public override Task<HostInfo> GetInfo(GetInfoRequest request, ServerCallContext context) => Task.FromResult(new HostInfo
    {
        ProtocolVersion = Protocol.Version,
        Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "",
        Pid = Environment.ProcessId,
        Socket = options.Socket,
        UptimeSeconds = time.GetElapsedTime(_started).TotalSeconds,
        IdleTimeoutSeconds = options.IdleTimeout.TotalSeconds,
        StandbyWorkers = standby.Count,
    });

    public override async Task<ListPipelinesResponse> ListPipelines(ListPipelinesRequest request, ServerCallContext context)
    {
        var response = new ListPipelinesResponse();
        response.Pipelines.AddRange(await overview.ListAsync(context.CancellationToken));
        return response;
    }

    public override async Task<ReclaimReceipt> StopPipeline(StopPipelineRequest request, ServerCallContext context)
    {
        var pipeline = registry.Find(request.Pipeline);
        pipeline.Stop(StopReason.Requested);
        var outcome = await pipeline.Completion.WaitAsync(context.CancellationToken);
        return outcome.Receipt;
    }

    public override async Task<PipelineInfo> LoadPipeline(LoadPipelineRequest request, ServerCallContext context)
    {
        var pipeline = await named.LoadAsync(request, context.CancellationToken);
        return PipelineListing.Describe(pipeline, gpuBytes: null, named.StatusOf(pipeline));
    }

    public override Task<ReclaimReceipt> UnloadPipeline(UnloadPipelineRequest request, ServerCallContext context)
    {
        var drain = request.HasDrainTimeoutMs ? request.DrainTimeoutMs : DefaultDrainMilliseconds;
        return drain is >= 0 and <= LongestDrainMilliseconds
            ? named.UnloadAsync(request.Name, TimeSpan.FromMilliseconds(drain)).WaitAsync(context.CancellationToken)
            : throw new SupervisorException(
                ErrorCodes.InvalidRequest, $"drain_timeout_ms is {drain}: expected milliseconds between 0 and {LongestDrainMilliseconds}.", "drain_timeout_ms");
    }

    public override async Task ReadLogs(ReadLogsRequest request, IServerStreamWriter<LogLine> responseStream, ServerCallContext context)
    {
        if (request is { HasLines: true, Lines: < 0 })
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"lines is {request.Lines}: expected 0 or more.", "lines");
        }

        var pipeline = registry.Find(request.Pipeline);
        if (pipeline.Worker is not { } worker)
        {
            return;
        }

        await foreach (var line in worker.Process.Log.ReadAsync(request.HasLines ? request.Lines : null, request.Follow, context.CancellationToken))
        {
            await responseStream.WriteAsync(line, context.CancellationToken);
        }
    }

    public override Task<ListGpusResponse> ListGpus(ListGpusRequest request, ServerCallContext context) => overview.ListGpusAsync(context.CancellationToken);

    public override Task<EnvironmentReport> CheckEnvironment(CheckEnvironmentRequest request, ServerCallContext context) => environment.CheckAsync(context.CancellationToken);

    public override Task<Ceilings> MeasureCeilings(MeasureCeilingsRequest request, ServerCallContext context) => environment.MeasureAsync(context.CancellationToken);

    public override Task<ShutdownResponse> Shutdown(ShutdownRequest request, ServerCallContext context)
    {
        stop.Request("a client asked for it");
        return Task.FromResult(new ShutdownResponse());
    }
}
