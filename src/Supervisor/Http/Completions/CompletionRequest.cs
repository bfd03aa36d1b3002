using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>A request of <c>/v1/completions</c>.</summary>
internal sealed record CompletionRequest
{
    private const int DefaultMaxTokens = 16;
    private const int MostLogprobs = 20;

    public required string Model { get; init; }

    public required IReadOnlyList<Prompt> Prompts { get; init; }

    public required GenerationConfig Config { get; init; }

    /// <summary>How many answers each prompt is to be given.</summary>
    public required int Choices { get; init; }

    /// <summary>Whether answers begin with their prompt.</summary>
    public required bool Echoes { get; init; }

    /// <summary>Whether nothing is to be generated: the prompt alone is looked at.</summary>
    public required bool IsEchoAlone { get; init; }

    /// <summary>How many candidates to tell of each token; null for no log-probabilities.</summary>
    public required int? Logprobs { get; init; }

    public required StreamFields Stream { get; init; }

    /// <exception cref="ApiException">A field is not what it has to be, or asks for what is not there.</exception>
    public static CompletionRequest Parse(BodyFields fields)
    {
        var (choices, config) = (SamplingFields.Choices(fields), SamplingFields.Read(fields));
        RefuseBestOf(fields, choices);
        if (fields.Text("suffix") is { Length: > 0 })
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, ErrorCodes.UnsupportedFeature, "suffix is not supported: these models go on after a prompt.", "suffix");
        }

        var echoes = fields.Flag("echo") ?? false;
        var maxTokens = fields.Integer("max_tokens", echoes ? 0 : 1) ?? DefaultMaxTokens;
        (config.MaxNewTokens, config.PromptText) = (Math.Max(maxTokens, 1), echoes);
        var logprobs = fields.Integer("logprobs", 0, MostLogprobs);
        if (logprobs is { } count)
        {
            (config.Logprobs, config.TokenBytes) = (count, true);
            config.PromptLogprobs = echoes;
            config.PromptCandidates = echoes ? Math.Max(count, 1) : 0;
        }

        return new CompletionRequest
        {
            Model = fields.RequiredText("model"),
            Prompts = BodyPrompts.Read(fields, "prompt"),
            Config = config,
            Choices = choices,
            Echoes = echoes,
            IsEchoAlone = echoes && maxTokens == 0,
            Logprobs = logprobs,
            Stream = StreamFields.Read(fields),
        };
    }

    private static void RefuseBestOf(BodyFields fields, int choices)
    {
        if (fields.Integer("best_of", 1) is { } bestOf && bestOf != choices)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                ErrorCodes.UnsupportedFeature,
                $"best_of is {bestOf} and n {choices}: they have to be the same, all answers are given.",
                "best_of");
        }
    }
}
