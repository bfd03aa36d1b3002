using Grpc.Core;
using LmDeploy.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LmDeploy.Tests.Supervisors;

/// <summary>A supervisor in this process, on a Unix socket of its own, that does what a test tells it to.</summary>
internal sealed class FakeSupervisor : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;
    private readonly WebApplication _app;

    private FakeSupervisor()
    {
        SocketPath = Path.Join(_folder, "s.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<Grpc.AspNetCore.Server.Model.IServiceMethodProvider<FakeSupervisor>, FakeSupervisorMethods>();
        _app = builder.Build();
        _app.MapGrpcService<FakeSupervisor>();
    }

    public string SocketPath { get; }

    /// <summary>What happens between the opening of a pipeline and its end. Default: ready, then a receipt at half-close.</summary>
    public Func<Holding, Task> OnHold { get; set; } = async holding =>
    {
        await holding.BecomeReadyAsync();
        await holding.WaitForHalfCloseAsync();
        await holding.ReleaseAsync();
    };

    public Func<GenerateRequest, IServerStreamWriter<GenerationEvent>, ServerCallContext, Task> OnGenerate { get; set; } = FakeModel.AnswerAsync;

    public Func<LogLikelihoodRequest, LogLikelihoodResponse> OnLogLikelihood { get; set; } = FakeModel.LogLikelihood;

    public Func<RewardScoreRequest, RewardScoreResponse> OnRewardScore { get; set; } = FakeModel.RewardScore;

    public Func<EmbedRequest, EmbedResponse> OnEmbed { get; set; } = FakeModel.Embed;

    public Func<TokenizeRequest, TokenizeResponse> OnTokenize { get; set; } = FakeModel.Tokenize;

    public Func<DetokenizeRequest, DetokenizeResponse> OnDetokenize { get; set; } = FakeModel.Detokenize;

    public Func<ListPipelinesResponse> OnListPipelines { get; set; } = () => new();

    public Func<OpenPipeline, V1.ModelInspection> OnInspectModel { get; set; } = open => new V1.ModelInspection { Model = open.Model };

    public Func<ListGpusResponse> OnListGpus { get; set; } = () => new();

    public Func<LoadPipelineRequest, V1.PipelineInfo> OnLoadPipeline { get; set; } = request => new() { Id = "n1", Name = request.Open.Name };

    public Func<UnloadPipelineRequest, V1.ReclaimReceipt> OnUnloadPipeline { get; set; } = request =>
        throw Fail(ErrorCodes.PipelineNotFound, $"No pipeline {request.Name}.");

    public Func<HostInfo> OnGetInfo { get; set; } = () => new HostInfo { StandbyWorkers = 1 };

    public Func<Ceilings> OnMeasureCeilings { get; set; } = () => new Ceilings
    {
        Device = "cuda:0", Libtorch = "2.11.0", MemoryBytesPerSecond = 4e12, HostToDeviceBytesPerSecond = 50e9, ProductFlops = 800e12,
        ProductDtype = V1.EngineDtype.Bfloat16,
    };

    /// <summary>The pipelines that were opened, in their order.</summary>
    public List<OpenPipeline> Opened { get; } = [];

    /// <summary>Receipts that were given.</summary>
    public int Released;

    public static async Task<FakeSupervisor> StartAsync()
    {
        var fake = new FakeSupervisor();
        await fake._app.StartAsync();
        return fake;
    }

    public LmDeploy.Supervisor Connect() => LmDeploy.Supervisor.At(SocketPath);

    /// <summary>Ends at once, without a word to those who are connected.</summary>
    public async Task DieAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await DieAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public static RpcException Fail(string code, string message, string subject = "", StatusCode status = StatusCode.FailedPrecondition) =>
        ErrorDetails.ToException(new Error { Code = code, Message = message, Subject = subject }, status);
}
