using Google.Protobuf;
using Grpc.Core;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Answers.Calls;
using LmDeploy.V1;

namespace LmDeploy.Tests.Supervisors;

/// <summary>A model that answers a text with itself, a letter a token. It refuses the expression <c>(</c>.</summary>
internal static class FakeModel
{
    public const string RefusedFormat = "The regular expression cannot be read: a parenthesis is not closed.";

    public static async Task AnswerAsync(GenerateRequest request, IServerStreamWriter<GenerationEvent> events, ServerCallContext context)
    {
        for (var i = 0; i < request.Prompts.Count; i++)
        {
            var (prompt, config) = (request.Prompts[i], request.Configs[i]);
            if (config.ResponseFormat is { RegexSchema: "(" })
            {
                var error = new Error { Code = ErrorCodes.InvalidRequest, Message = RefusedFormat };
                await events.WriteAsync(new GenerationEvent { Index = i, Finished = new GenerationFinished { Reason = V1.FinishReason.Error, Error = error } });
                continue;
            }

            await AnswerAsync(i, TextOf(prompt), prompt, config, events);
        }
    }

    public static Task AnswerAsync(int index, string text, V1.GenerationConfig config, IServerStreamWriter<GenerationEvent> events) =>
        AnswerAsync(index, text, new V1.Prompt(), config, events);

    /// <summary>Says a text, and splits it where that is asked for.</summary>
    public static async Task AnswerAsync(int index, string text, V1.Prompt prompt, V1.GenerationConfig config, IServerStreamWriter<GenerationEvent> events)
    {
        var reader = ReaderOf(prompt, config);
        var started = new GenerationStarted { PromptTokenIds = { text.Select(c => (int)c) } };
        if (config.PromptLogprobs)
        {
            started.PromptLogprobs.AddRange(text.Skip(1).Select(_ => -0.5f));
        }

        if (config.OutputLogits == V1.OutputLogits.All)
        {
            for (var i = 0; i < text.Length - 1; i++)
            {
                await events.WriteAsync(new GenerationEvent { Index = index, PromptLogits = new PromptLogits { First = i, Rows = 1, Logits = Logits(i) } });
            }
        }

        await events.WriteAsync(new GenerationEvent { Index = index, Started = started });
        var (pieces, hasReasoned) = (new List<Text.Answers.AnswerPiece>(), false);
        var length = Math.Min(text.Length, config.MaxNewTokens);
        foreach (var c in text[..length])
        {
            var delta = new GenerationDelta { Text = reader is null ? c.ToString() : "", TokenIds = { c } };
            reader?.Add(c.ToString(), pieces);
            hasReasoned |= pieces.Exists(piece => piece.Part == Text.Answers.AnswerPart.Reasoning);
            delta.Pieces.AddRange(pieces.Select(ToMessage));
            pieces.Clear();
            if (config.OutputLogits != V1.OutputLogits.Unspecified)
            {
                delta.Logits = Logits(c);
            }

            if (config.HasLogprobs)
            {
                delta.Logprobs.Add(new TokenLogprobs { Ids = { c, c + 1 }, Logprobs = { -0.1f, float.NegativeInfinity } });
            }

            await events.WriteAsync(new GenerationEvent { Index = index, Delta = delta });
        }

        if (reader is not null)
        {
            var rest = new GenerationDelta();
            reader.Finish(pieces);
            rest.Pieces.AddRange(pieces.Select(ToMessage));
            await events.WriteAsync(new GenerationEvent { Index = index, Delta = rest });
        }

        var finished = new GenerationFinished
        {
            Reason = length < text.Length ? V1.FinishReason.Length : V1.FinishReason.Stop,
            InputTokenLen = text.Length,
            GenerateTokenLen = length,
            ReasoningTokenLen = hasReasoned ? 1 : 0,
        };
        await events.WriteAsync(new GenerationEvent { Index = index, Finished = finished });
    }

    private static V1.AnswerPiece ToMessage(Text.Answers.AnswerPiece piece) =>
        new() { Part = Enum.Parse<V1.AnswerPart>(piece.Part.ToString()), Text = piece.Text, Call = piece.Call };

    private static IAnswerReader? ReaderOf(V1.Prompt prompt, V1.GenerationConfig config)
    {
        if (config.Split is not { } split)
        {
            return null;
        }

        var tools = ToolSet.Of(
            prompt.Tools.Length == 0 || split.KeepsCalls ? null : System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(prompt.Tools));
        return split.HasForcedCall
            ? new ForcedCallReader(split.ForcedCall)
            : AnswerFormats.Of(_ => false, "").CreateReader("", tools, config.ResponseFormat is not null);
    }

    /// <summary>A row of a vocabulary of two.</summary>
    private static ByteString Logits(float first) => ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes([first, first + 1]));

    /// <summary>A letter a token; lower-case ones are greedy.</summary>
    public static LogLikelihoodResponse LogLikelihood(LogLikelihoodRequest request) => new()
    {
        Results =
        {
            request.Inputs.Select(input => new LogLikelihoodResult
            {
                Continuations =
                {
                    (input.Continuations.Count > 0 ? [.. input.Continuations] : (V1.Continuation[])[new V1.Continuation { Text = TextOf(input.Prompt)[1..] }])
                        .Select(continuation => continuation.Text == "!"
                            ? new ContinuationScore { Error = new Error { Code = ErrorCodes.InvalidRequest, Message = "! cannot be scored." } }
                            : new ContinuationScore
                            {
                                TokenIds = { TextOf(continuation).Select(c => (int)c) },
                                Logprobs = { TextOf(continuation).Select(_ => -0.25) },
                                IsGreedy = TextOf(continuation).All(char.IsLower),
                            }),
                },
            }),
        },
    };

    /// <summary>The longer the better.</summary>
    public static RewardScoreResponse RewardScore(RewardScoreRequest request) => new()
    {
        Results =
        {
            request.Prompts.Select(prompt => TextOf(prompt) == "!"
                ? new RewardResult { Error = new Error { Code = ErrorCodes.UnsupportedFeature, Message = "! has no score." } }
                : new RewardResult { Score = TextOf(prompt).Length + (prompt.AddGenerationPrompt ? 0 : 0.5), InputTokenLen = TextOf(prompt).Length }),
        },
    };

    /// <summary>A letter a number.</summary>
    public static EmbedResponse Embed(EmbedRequest request) => new()
    {
        Results =
        {
            request.Prompts.Select(prompt => TextOf(prompt) == "!"
                ? new EmbeddingResult { Error = new Error { Code = ErrorCodes.ContextLengthExceeded, Message = "! is too long." } }
                : new EmbeddingResult { Vector = { TextOf(prompt).Select(c => c / 2f) }, InputTokenLen = TextOf(prompt).Length }),
        },
    };

    public static TokenizeResponse Tokenize(TokenizeRequest request) => new()
    {
        Results =
        {
            request.Prompts.Select(prompt => new TokenizeResult
            {
                Ids = { TextOf(prompt).Select(c => (int)c) },
                Rendered = prompt.Raw ? "" : $"<{TextOf(prompt)}>{(prompt.AddGenerationPrompt ? "+" : "")}",
            }),
        },
    };

    public static DetokenizeResponse Detokenize(DetokenizeRequest request) => new()
    {
        Results =
        {
            request.Inputs.Select(input => input.Ids.Contains(-1)
                ? new DetokenizeResult { Error = new Error { Code = ErrorCodes.InvalidRequest, Message = "-1 is no token." } }
                : new DetokenizeResult { Text = string.Concat(input.Ids.Select(id => (char)id)) + (request.SkipSpecialTokens ? "" : "</s>") }),
        },
    };

    private static string TextOf(V1.Continuation continuation) =>
        continuation.TokenIds is { } ids ? string.Concat(ids.Ids.Select(id => (char)id))
        : continuation.HasAnswer ? continuation.Answer
        : continuation.Text;

    private static string TextOf(V1.Prompt prompt) => prompt.SourceCase switch
    {
        V1.Prompt.SourceOneofCase.Text => prompt.Text,
        V1.Prompt.SourceOneofCase.Messages => prompt.Messages,
        _ => string.Concat(prompt.TokenIds.Ids.Select(id => (char)id)),
    };
}
