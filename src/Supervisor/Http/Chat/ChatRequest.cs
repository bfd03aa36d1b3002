using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>A request of <c>/v1/chat/completions</c>.</summary>
internal sealed record ChatRequest
{
    private const int MostTopLogprobs = 20;

    public required string Model { get; init; }

    public required Prompt Prompt { get; init; }

    public required GenerationConfig Config { get; init; }

    /// <summary>How many answers are to be given.</summary>
    public required int Choices { get; init; }

    public required ToolChoice Tools { get; init; }

    public required StreamFields Stream { get; init; }

    /// <summary>How many candidates to tell of each token besides its own log-probability; null for no log-probabilities.</summary>
    public required int? TopLogprobs { get; init; }

    /// <exception cref="ApiException">A field is not what it has to be, or asks for what is not there.</exception>
    public static ChatRequest Parse(BodyFields fields)
    {
        Refuse(fields, "functions", "give tools instead");
        Refuse(fields, "function_call", "give tool_choice instead");
        Refuse(fields, "audio", "these models answer with text");
        var config = SamplingFields.Read(fields);
        var tools = ToolChoice.Read(fields);
        tools.Apply(config);
        var topLogprobs = TopLogprobsOf(fields);
        if (topLogprobs is { } top)
        {
            (config.Logprobs, config.TokenBytes) = (top, true);
        }

        config.MaxNewTokens = fields.Integer("max_completion_tokens", 1) ?? fields.Integer("max_tokens", 1) ?? int.MaxValue;
        return new ChatRequest
        {
            Model = fields.RequiredText("model"),
            Prompt = new Prompt
            {
                Messages = ChatMessages.Normalize(fields),
                AdaptCalls = true,
                Tools = tools.Definitions,
                TemplateArguments = Http.TemplateArguments.Read(fields),
                AddGenerationPrompt = fields.Flag("add_generation_prompt") ?? true,
            },
            Config = config,
            Choices = SamplingFields.Choices(fields),
            Tools = tools,
            Stream = StreamFields.Read(fields),
            TopLogprobs = topLogprobs,
        };
    }

    private static int? TopLogprobsOf(BodyFields fields)
    {
        var top = fields.Integer("top_logprobs", 0, MostTopLogprobs);
        var isAsked = fields.Flag("logprobs") ?? false;
        return top is > 0 && !isAsked ? throw ApiException.Invalid("top_logprobs needs logprobs to be true.", "top_logprobs") : isAsked ? top ?? 0 : null;
    }

    private static void Refuse(BodyFields fields, string name, string instead)
    {
        if (fields.Has(name))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, ErrorCodes.UnsupportedFeature, $"{name} is not supported; {instead}.", name);
        }
    }
}
