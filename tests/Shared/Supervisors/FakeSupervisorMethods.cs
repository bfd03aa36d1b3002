using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Tests.Supervisors;

/// <summary>Binds the calls of the contract by hand: the client's assembly has the messages, and only the client's half of the services.</summary>
internal sealed class FakeSupervisorMethods : IServiceMethodProvider<FakeSupervisor>
{
    private const string Pipelines = "lmdeploy.v1.Pipelines";
    private const string Host = "lmdeploy.v1.Host";

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FakeSupervisor> context)
    {
        context.AddDuplexStreamingMethod(
            Create<HoldRequest, HoldEvent>(MethodType.DuplexStreaming, Pipelines, "Hold"), [], HoldAsync);
        context.AddServerStreamingMethod(
            Create<GenerateRequest, GenerationEvent>(MethodType.ServerStreaming, Pipelines, "Generate"), [],
            (fake, request, events, call) => fake.OnGenerate(request, events, call));
        AddUnary<LogLikelihoodRequest, LogLikelihoodResponse>(context, Pipelines, "LogLikelihood", (fake, request) => fake.OnLogLikelihood(request));
        AddUnary<RewardScoreRequest, RewardScoreResponse>(context, Pipelines, "RewardScore", (fake, request) => fake.OnRewardScore(request));
        AddUnary<EmbedRequest, EmbedResponse>(context, Pipelines, "Embed", (fake, request) => fake.OnEmbed(request));
        AddUnary<TokenizeRequest, TokenizeResponse>(context, Pipelines, "Tokenize", (fake, request) => fake.OnTokenize(request));
        AddUnary<DetokenizeRequest, DetokenizeResponse>(context, Pipelines, "Detokenize", (fake, request) => fake.OnDetokenize(request));
        AddUnary<MeasureCeilingsRequest, MeasureCeilingsResponse>(
            context, Host, "MeasureCeilings", (fake, _) => new MeasureCeilingsResponse { Ceilings = fake.OnMeasureCeilings() });
        AddUnary<InspectModelRequest, InspectModelResponse>(
            context, Host, "InspectModel", (fake, request) => new InspectModelResponse { Inspection = fake.OnInspectModel(request.Open) });
        AddUnary<GetInfoRequest, GetInfoResponse>(context, Host, "GetInfo", (fake, _) => new GetInfoResponse { Host = fake.OnGetInfo() });
        AddUnary<ListPipelinesRequest, ListPipelinesResponse>(context, Host, "ListPipelines", (fake, _) => fake.OnListPipelines());
        AddUnary<ListGpusRequest, ListGpusResponse>(context, Host, "ListGpus", (fake, _) => fake.OnListGpus());
        AddUnary<LoadPipelineRequest, LoadPipelineResponse>(
            context, Host, "LoadPipeline", (fake, request) => new LoadPipelineResponse { Pipeline = fake.OnLoadPipeline(request) });
        AddUnary<UnloadPipelineRequest, UnloadPipelineResponse>(
            context, Host, "UnloadPipeline", (fake, request) => new UnloadPipelineResponse { Receipt = fake.OnUnloadPipeline(request) });
        AddUnary<StopPipelineRequest, StopPipelineResponse>(
            context, Host, "StopPipeline", (_, request) => throw FakeSupervisor.Fail(ErrorCodes.PipelineNotFound, $"No pipeline {request.Pipeline}."));
        AddUnary<CheckEnvironmentRequest, CheckEnvironmentResponse>(
            context, Host, "CheckEnvironment", (_, _) => new CheckEnvironmentResponse { Report = new V1.EnvironmentReport
            {
                Checks = { new V1.EnvironmentCheck { Name = "libtorch", Status = V1.EnvironmentCheckStatus.Failed, Detail = "gone" } },
            } });
    }

    private static async Task HoldAsync(
        FakeSupervisor fake, IAsyncStreamReader<HoldRequest> requests, IServerStreamWriter<HoldEvent> events, ServerCallContext context)
    {
        (await requests.MoveNext(context.CancellationToken)).ShouldBeTrue();
        var open = requests.Current.Open;
        lock (fake.Opened)
        {
            fake.Opened.Add(open);
        }

        await fake.OnHold(new Holding(fake, open, requests, events, context));
    }

    private static void AddUnary<TRequest, TResponse>(
        ServiceMethodProviderContext<FakeSupervisor> context, string service, string name, Func<FakeSupervisor, TRequest, TResponse> handle)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => context.AddUnaryMethod(
            Create<TRequest, TResponse>(MethodType.Unary, service, name), [], (fake, request, _) => Task.FromResult(handle(fake, request)));

    private static Method<TRequest, TResponse> Create<TRequest, TResponse>(MethodType type, string service, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
        => new(type, service, name, CreateMarshaller<TRequest>(), CreateMarshaller<TResponse>());

    private static Marshaller<T> CreateMarshaller<T>()
        where T : class, IMessage<T>, new()
        => Marshallers.Create(message => message.ToByteArray(), bytes => new MessageParser<T>(() => new T()).ParseFrom(bytes));
}
