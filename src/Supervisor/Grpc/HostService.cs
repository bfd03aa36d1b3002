using System.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Inspection;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Standby;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>The gRPC service that inspects the supervisor, its pipelines and the host.</summary>
internal sealed class HostService(
    PipelineRegistry registry,
    NamedPipelines named,
    PipelineOverview overview,
    EnvironmentChecker environment,
    ModelInspector inspector,
    RemoteModels models,
    StandbyPool standby,
    StopSignal stop,
    SupervisorOptions options,
    TimeProvider time) : V1.Host.HostBase
{
    private static readonly TimeSpan _longestDrain = TimeSpan.FromDays(1);
    private static readonly TimeSpan _defaultDrain = TimeSpan.FromSeconds(30);

    private readonly long _started = time.GetTimestamp();

    public override Task<GetInfoResponse> GetInfo(GetInfoRequest request, ServerCallContext context) => Task.FromResult(new GetInfoResponse
    {
        Host = new HostInfo
        {
            ProtocolVersion = Protocol.Version,
            Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "",
            Pid = Environment.ProcessId,
            Socket = Caller.Of(context).IsRemote ? "" : options.Socket,
            Uptime = Duration.FromTimeSpan(time.GetElapsedTime(_started)),
            IdleTimeout = Duration.FromTimeSpan(options.IdleTimeout),
            StandbyWorkers = standby.Count,
        },
    });

    public override async Task<ListPipelinesResponse> ListPipelines(ListPipelinesRequest request, ServerCallContext context)
    {
        var response = new ListPipelinesResponse();
        response.Pipelines.AddRange(await overview.ListAsync(context.CancellationToken, Caller.Of(context).Sees));
        return response;
    }

    public override async Task<StopPipelineResponse> StopPipeline(StopPipelineRequest request, ServerCallContext context)
    {
        var pipeline = registry.Find(request.Pipeline, Caller.Of(context).Sees);
        pipeline.Stop(StopReason.Requested);
        var outcome = await pipeline.Completion.WaitAsync(context.CancellationToken);
        return new StopPipelineResponse { Receipt = outcome.Receipt };
    }

    public override async Task<LoadPipelineResponse> LoadPipeline(LoadPipelineRequest request, ServerCallContext context)
    {
        await models.LocateAsync(request.Open, Caller.Of(context), context.CancellationToken);
        var pipeline = await named.LoadAsync(request, context.CancellationToken);
        return new LoadPipelineResponse { Pipeline = PipelineListing.Describe(pipeline, gpuBytes: null, named.StatusOf(pipeline)) };
    }

    public override async Task<UnloadPipelineResponse> UnloadPipeline(UnloadPipelineRequest request, ServerCallContext context)
    {
        var drain = TimeSetting.Read("drain_timeout", request.DrainTimeout, TimeSpan.Zero, _longestDrain, _defaultDrain);
        return new UnloadPipelineResponse { Receipt = await named.UnloadAsync(request.Name, drain).WaitAsync(context.CancellationToken) };
    }

    public override async Task ReadLogs(ReadLogsRequest request, IServerStreamWriter<LogLine> responseStream, ServerCallContext context)
    {
        if (request is { HasLines: true, Lines: < 0 })
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"lines is {request.Lines}: expected 0 or more.", "lines");
        }

        var pipeline = registry.Find(request.Pipeline, Caller.Of(context).Sees);
        if (pipeline.Worker is not { } worker)
        {
            return;
        }

        await foreach (var line in worker.Process.Log.ReadAsync(request.HasLines ? request.Lines : null, request.Follow, context.CancellationToken))
        {
            await responseStream.WriteAsync(line, context.CancellationToken);
        }
    }

    public override Task<ListGpusResponse> ListGpus(ListGpusRequest request, ServerCallContext context)
        => overview.ListGpusAsync(context.CancellationToken, Caller.Of(context).Sees);

    public override async Task<CheckEnvironmentResponse> CheckEnvironment(CheckEnvironmentRequest request, ServerCallContext context) =>
        new() { Report = await environment.CheckAsync(context.CancellationToken) };

    public override async Task<MeasureCeilingsResponse> MeasureCeilings(MeasureCeilingsRequest request, ServerCallContext context) =>
        new() { Ceilings = await environment.MeasureAsync(context.CancellationToken) };

    public override async Task<InspectModelResponse> InspectModel(InspectModelRequest request, ServerCallContext context)
    {
        await models.LocateAsync(request.Open, Caller.Of(context), context.CancellationToken);
        return new() { Inspection = await inspector.InspectAsync(PipelineSpec.Create(request.Open, holderPid: 0), context.CancellationToken) };
    }

    public override Task<ShutdownResponse> Shutdown(ShutdownRequest request, ServerCallContext context)
    {
        stop.Request("a client asked for it");
        return Task.FromResult(new ShutdownResponse());
    }
}
