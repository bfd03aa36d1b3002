using System.Reflection;
using System.Threading.Channels;
using Grpc.Core;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Ceilings;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Errors;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Limits;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using LmDeploy.Worker.Rehearsals;

namespace LmDeploy.Worker.Service;

/// <summary>The worker's side of worker.proto.</summary>
internal sealed partial class WorkerService(
    ModelHost host,
    Preparation preparation,
    EnvironmentChecks environment,
    LibTorchStart libTorch,
    Rehearsal rehearsal,
    LargeTexts largeTexts) : V1.Worker.WorkerBase
{
    public override Task<HelloResponse> Hello(HelloRequest request, ServerCallContext context)
    {
        if (request.ProtocolVersion != Protocol.Version)
        {
            throw new EngineException(
                ErrorCodes.ProtocolMismatch,
                $"This worker speaks protocol {Protocol.Version}, the supervisor {request.ProtocolVersion}; they must come from the same build.");
        }

        return Task.FromResult(new HelloResponse
        {
            ProtocolVersion = Protocol.Version,
            Pid = Environment.ProcessId,
            Version = typeof(WorkerService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        });
    }

    public override async Task Load(LoadRequest request, IServerStreamWriter<LoadEvent> responseStream, ServerCallContext context)
    {
        await rehearsal.Over.WaitAsync(context.CancellationToken); // libtorch's number of threads is the process's.
        var progress = Channel.CreateBounded<LoadProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var loading = host.LoadAsync(request, progress.Writer, context.CancellationToken);
        await foreach (var step in progress.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new LoadEvent { Progress = step });
        }

        await responseStream.WriteAsync(new LoadEvent { Loaded = await loading });
    }

    public override async Task Generate(WorkerGenerateRequest request, IServerStreamWriter<GenerationEvent> responseStream, ServerCallContext context)
    {
        var model = host.Model;
        var configs = request.Configs;
        if (BatchConfigs.Problem(request.Prompts.Count, configs.Count) is { } problem)
        {
            throw new EngineException(ErrorCodes.InvalidRequest, problem, "configs");
        }

        using var call = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var events = Channel.CreateUnbounded<GenerationEvent>(new UnboundedChannelOptions { SingleReader = true });
        var submitting = Task.Run(
            () =>
            {
                for (var i = 0; i < request.Prompts.Count; i++)
                {
                    Submit(model, request, i, BatchConfigs.Of(configs, i), events.Writer, call.Token);
                }
            },
            CancellationToken.None);
        try
        {
            for (var finished = 0; finished < request.Prompts.Count;)
            {
                var next = await events.Reader.ReadAsync(context.CancellationToken);
                await responseStream.WriteAsync(next);
                finished += next.EventCase == GenerationEvent.EventOneofCase.Finished ? 1 : 0;
            }
        }
        finally
        {
            await call.CancelAsync();
            await submitting;
        }
    }

    public override Task<TokenizeResponse> Tokenize(WorkerTokenizeRequest request, ServerCallContext context) =>
        largeTexts.TakeTurnAsync(request, () => Tokenize(request, host.Model, context.CancellationToken), context.CancellationToken);

    public override Task<DetokenizeResponse> Detokenize(WorkerDetokenizeRequest request, ServerCallContext context) =>
        largeTexts.TakeTurnAsync(request, () => Detokenize(request, host.Model), context.CancellationToken);

    public override async Task<PrepareResponse> Prepare(PrepareRequest request, ServerCallContext context)
    {
        var prepared = await preparation.RunAsync(request.CudaContext).WaitAsync(context.CancellationToken);
        await rehearsal.Over.WaitAsync(context.CancellationToken);
        return prepared;
    }

    public override async Task<CheckEnvironmentResponse> CheckEnvironment(CheckEnvironmentRequest request, ServerCallContext context) =>
        new() { Report = await Task.Run(environment.Run) };

    public override Task<DescribePartsResponse> DescribeParts(DescribePartsRequest request, ServerCallContext context) => Task.Run(() =>
    {
        libTorch.Wait();
        var response = new DescribePartsResponse();
        response.Parts.AddRange(PartInspection.Run(request.Model, request.Engine ?? new EngineConfig()));
        return response;
    });

    public override Task<MeasureCeilingsResponse> MeasureCeilings(MeasureCeilingsRequest request, ServerCallContext context) => Task.Run(() =>
    {
        libTorch.Wait();
        return new MeasureCeilingsResponse { Ceilings = CeilingMeasurement.Run() };
    });

    private static void Submit(
        TextModel model, WorkerGenerateRequest call, int index, GenerationConfig config, ChannelWriter<GenerationEvent> events,
        CancellationToken cancellationToken)
    {
        try
        {
            var prompt = call.Prompts[index];
            var origin = RequestOrigin.Of(call.Caller, call.CacheSalt, call: events) with { Id = prompt.RequestId };
            model.Submit(model.Requests.Generation(index, prompt.Prompt, config, events, cancellationToken, origin, prompt.ResumedTokenIds));
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException)
        {
            var error = e is EngineException known
                ? EngineError.ToError(known)
                : new Error { Code = ErrorCodes.RequestCancelled, Message = "The request was cancelled." };
            var reason = e is EngineException ? FinishReason.Error : FinishReason.Abort;
            events.TryWrite(new GenerationEvent { Index = index, Finished = new GenerationFinished { Reason = reason, Error = error } });
        }
    }

    private static TokenizeResponse Tokenize(WorkerTokenizeRequest request, TextModel model, CancellationToken cancellationToken)
    {
        var response = new TokenizeResponse();
        foreach (var prompt in request.Prompts)
        {
            var result = new TokenizeResult();
            try
            {
                var encoded = model.Prompts.Encode(prompt, cancellationToken);
                result.Ids.AddRange(encoded.Ids);
                result.Rendered = encoded.Rendered;
            }
            catch (EngineException e)
            {
                result.Error = EngineError.ToError(e);
            }

            response.Results.Add(result);
        }

        return response;
    }

    private static DetokenizeResponse Detokenize(WorkerDetokenizeRequest request, TextModel model)
    {
        var response = new DetokenizeResponse();
        foreach (var input in request.Inputs)
        {
            var result = new DetokenizeResult();
            try
            {
                result.Text = model.Decode(input.Ids, request.SkipSpecialTokens);
            }
            catch (EngineException e)
            {
                result.Error = EngineError.ToError(e);
            }

            response.Results.Add(result);
        }

        return response;
    }
}
