using Google.Protobuf;
using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.FakeWorker;

/// <summary>
/// Answers every call without a model: texts come back word by word. The ids of a prompt are its characters, those of an answer count from 1.
/// </summary>
internal sealed class WorkerService(string token, FlightRecord flight) : V1.Worker.WorkerBase
{
    /// <summary>A prompt that is answered until the caller has enough.</summary>
    private const string Endless = "endless";

    /// <summary>A word that ends the worker whose request has it, after its first word.</summary>
    private const string Poison = "poison";

    /// <summary>A word that keeps the worker busy for ever.</summary>
    private const string Stuck = "stuck";

    /// <summary>A word that makes the worker take 256 MiB of memory and keep them.</summary>
    private const string Hoard = "hoard";

    /// <summary>A word that is answered once the test leaves the mark <c>go</c>.</summary>
    private const string Linger = "linger";

    /// <summary>A word that ends the first worker that comes to it, and a later one after its answer, once the test leaves the mark <c>go</c>.</summary>
    private const string Swan = "swan";

    private readonly Lock _gate = new();
    private readonly List<ulong> _running = [];
    private long _step;

    public override Task<HelloResponse> Hello(HelloRequest request, ServerCallContext context)
    {
        Check(context);
        return Task.FromResult(new HelloResponse
        {
            ProtocolVersion = Behaviour.Version,
            Pid = Environment.ProcessId,
            Version = "fake",
        });
    }

    public override Task<PrepareResponse> Prepare(PrepareRequest request, ServerCallContext context)
    {
        Check(context);
        return Behaviour.Has(Behaviour.PrepareError)
            ? throw Fail(StatusCode.Unavailable, ErrorCodes.NativeLibrary, "the fake finds no libtorch", "")
            : Task.FromResult(new PrepareResponse { Device = "cpu" });
    }

    public override Task<DescribePartsResponse> DescribeParts(DescribePartsRequest request, ServerCallContext context)
    {
        Check(context);
        return Task.FromResult(new DescribePartsResponse { Parts = { new PartForm { Part = "attention", Count = 2, Form = ComputeForm.Kernels } } });
    }

    public override async Task Load(LoadRequest request, IServerStreamWriter<LoadEvent> responseStream, ServerCallContext context)
    {
        Check(context);
        await responseStream.WriteAsync(new LoadEvent { Progress = new LoadProgress { Stage = LoadStage.Loading, LoadedBytes = 1, TotalBytes = 2 } });
        if (Behaviour.Has(Behaviour.LoadError))
        {
            throw Fail(StatusCode.FailedPrecondition, ErrorCodes.MissingTensor, "model.norm.weight is missing", "model.norm.weight");
        }

        if (Behaviour.Has(Behaviour.CrashOnLoad))
        {
            await Console.Error.WriteLineAsync("fake: the loader fell over");
            LibC.ExitNow(7);
        }

        if (Behaviour.Has(Behaviour.LoadForever))
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        await responseStream.WriteAsync(
            new LoadEvent { Loaded = new ModelInfo { Architecture = "Fake", Device = "cpu", Dtype = EngineDtype.Float32, SessionLen = 128 } });
    }

    public override async Task Generate(WorkerGenerateRequest request, IServerStreamWriter<GenerationEvent> responseStream, ServerCallContext context)
    {
        Check(context);
        for (var index = 0; index < request.Prompts.Count; index++)
        {
            var prompt = request.Prompts[index];
            var text = prompt.Prompt.TokenIds is { } ids ? string.Concat(ids.Ids.Select(id => (char)id)) : prompt.Prompt.Text;
            await responseStream.WriteAsync(new GenerationEvent { Index = index, Started = Begin(text, ConfigOf(request, index)) });
            if (Behaviour.Has(Behaviour.CrashOnGenerate))
            {
                await Console.Error.WriteLineAsync("fake: about to be killed");
                _ = LibC.Kill(Environment.ProcessId, 9);
            }

            if (text == Endless)
            {
                await StreamForeverAsync(index, responseStream, context.CancellationToken);
            }

            var words = text.Split(' ');
            for (var word = prompt.ResumedTokenIds.Count; word < words.Length; word++)
            {
                Step(prompt.RequestId, isRunning: true);
                if (words[word] == Poison)
                {
                    await Console.Error.WriteLineAsync("fake: poisoned");
                    LibC.Abort();
                }

                if (words[word] == Swan && !Behaviour.HasMark(Swan))
                {
                    Behaviour.LeaveMark(Swan);
                    LibC.Abort();
                }

                if (words[word] == Hoard)
                {
                    TakeMemory();
                }

                if (words[word] == Linger)
                {
                    await Behaviour.WaitForMarkAsync("go");
                }

                if (words[word] == Stuck)
                {
                    await Task.Delay(Timeout.Infinite, CancellationToken.None);
                }

                var delta = new GenerationDelta { TokenIds = { word + 1 } };
                var config = ConfigOf(request, index);
                if (config.HasLogprobs)
                {
                    var bytes = config.TokenBytes ? [ByteString.CopyFromUtf8(words[word])] : Array.Empty<ByteString>();
                    delta.Logprobs.Add(new TokenLogprobs { Ids = { word + 1 }, Logprobs = { -1 }, Bytes = { bytes } });
                }

                if (config.Split is not null)
                {
                    delta.Pieces.Add(new AnswerPiece { Part = AnswerPart.Content, Text = words[word] });
                }
                else
                {
                    delta.Text = words[word];
                }

                await responseStream.WriteAsync(new GenerationEvent { Index = index, Delta = delta });
                if (word == 1 && Behaviour.Has(Behaviour.CrashOnce))
                {
                    CrashOnce("generate");
                }
            }

            Step(prompt.RequestId, isRunning: false);
            await responseStream.WriteAsync(
                new GenerationEvent { Index = index, Finished = new GenerationFinished { Reason = FinishReason.Stop, GenerateTokenLen = words.Length } });
            if (words.Contains(Swan))
            {
                await Behaviour.WaitForMarkAsync("go");
                LibC.Abort();
            }
        }
    }

    public override async Task<LogLikelihoodResponse> LogLikelihood(WorkerLogLikelihoodRequest request, ServerCallContext context)
    {
        Check(context);
        await ComputeAsync(request.Inputs.Select(input => input.Prompt));
        return new LogLikelihoodResponse
        {
            Results =
            {
                request.Inputs.Select(input => new LogLikelihoodResult
                {
                    Continuations = { input.Continuations.Count == 0
                        ? [new ContinuationScore { Logprobs = { -1 } }]
                        : input.Continuations.Select(continuation => new ContinuationScore { TokenIds = { continuation.Text.Length }, Logprobs = { -1 } }) },
                }),
            },
        };
    }

    public override async Task<RewardScoreResponse> RewardScore(WorkerRewardScoreRequest request, ServerCallContext context)
    {
        Check(context);
        await ComputeAsync(request.Prompts);
        return new RewardScoreResponse { Results = { request.Prompts.Select(prompt => new RewardResult { Score = prompt.Prompt.Text.Length }) } };
    }

    public override async Task<EmbedResponse> Embed(WorkerEmbedRequest request, ServerCallContext context)
    {
        Check(context);
        await ComputeAsync(request.Prompts);
        return new EmbedResponse { Results = { request.Prompts.Select(prompt => new EmbeddingResult { Vector = { prompt.Prompt.Text.Length } }) } };
    }

    public override Task<TokenizeResponse> Tokenize(WorkerTokenizeRequest request, ServerCallContext context)
    {
        Check(context);
        if (Behaviour.Has(Behaviour.CrashOnce))
        {
            CrashOnce("tokenize");
        }

        throw Fail(StatusCode.InvalidArgument, ErrorCodes.InvalidRequest, "the fake has no tokenizer", "prompts");
    }

    public override Task<CheckEnvironmentResponse> CheckEnvironment(CheckEnvironmentRequest request, ServerCallContext context)
    {
        Check(context);
        return Task.FromResult(new CheckEnvironmentResponse
        {
            Report = new EnvironmentReport { Usable = true, Checks = { new EnvironmentCheck { Name = "fake", Status = EnvironmentCheckStatus.Ok } } },
        });
    }

    public override Task<MeasureCeilingsResponse> MeasureCeilings(MeasureCeilingsRequest request, ServerCallContext context)
    {
        Check(context);
        return Task.FromResult(new MeasureCeilingsResponse { Ceilings = new Ceilings { Device = "fake", ProductFlops = 7 } });
    }

    private static GenerationConfig ConfigOf(WorkerGenerateRequest request, int index) =>
        request.Configs.Count == 0 ? new GenerationConfig() : request.Configs[request.Configs.Count == 1 ? 0 : index];

    private static GenerationStarted Begin(string prompt, GenerationConfig config) => new()
    {
        PromptTokenIds = { prompt.Select(character => (int)character) },
        PromptText = config.PromptText ? prompt : "",
        PromptLogprobs = { config.PromptLogprobs ? prompt.Skip(1).Select(_ => -1f) : [] },
        PromptBytes = { config.PromptLogprobs && config.TokenBytes ? prompt.Select(character => ByteString.CopyFromUtf8($"{character}")) : [] },
        PromptCandidates = { config.PromptCandidates > 0 ? prompt.Skip(1).Select(_ => new TokenLogprobs()) : [] },
    };

    /// <summary>Computes prompts one after the other; a poisoned one kills, and the first one does where the worker is to die once.</summary>
    private async Task ComputeAsync(IEnumerable<WorkerPrompt> prompts)
    {
        foreach (var prompt in prompts)
        {
            Step(prompt.RequestId, isRunning: true);
            if (prompt.Prompt.Text.Contains(Poison, StringComparison.Ordinal))
            {
                await Console.Error.WriteLineAsync("fake: poisoned");
                LibC.Abort();
            }

            if (Behaviour.Has(Behaviour.CrashOnce))
            {
                CrashOnce("compute");
            }

            Step(prompt.RequestId, isRunning: false);
        }
    }

    /// <summary>Notes a step of all requests that run.</summary>
    private void Step(ulong request, bool isRunning)
    {
        lock (_gate)
        {
            _running.Remove(request);
            if (isRunning)
            {
                _running.Add(request);
            }

            if (_running.Count > 0)
            {
                flight.Begin(++_step, [.. _running]);
            }
            else
            {
                flight.Rest();
            }
        }
    }

    private static async Task StreamForeverAsync(int index, IServerStreamWriter<GenerationEvent> responseStream, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await responseStream.WriteAsync(
                    new GenerationEvent { Index = index, Delta = new GenerationDelta { Text = ".", TokenIds = { 1 } } }, cancellationToken);
            }
        }
        finally
        {
            Behaviour.LeaveMark("cancelled");
        }
    }

    private static unsafe void TakeMemory()
    {
        const int bytes = 256 << 20;
        new Span<byte>(System.Runtime.InteropServices.NativeMemory.Alloc(bytes), bytes).Fill(1);
    }

    private static void CrashOnce(string where)
    {
        if (!Behaviour.HasMark(where))
        {
            Behaviour.LeaveMark(where);
            _ = LibC.Kill(Environment.ProcessId, 9);
        }
    }

    private static RpcException Fail(StatusCode status, string code, string message, string subject) => 
        ErrorDetails.ToException(new Error { Code = code, Message = message, Subject = subject }, status);

    private void Check(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(Protocol.TokenHeader) != token)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "wrong token"));
        }

        if (Behaviour.Has(Behaviour.LogCalls))
        {
            Console.WriteLine($"call: {context.Method[(context.Method.LastIndexOf('/') + 1)..]}");
        }
    }
}
