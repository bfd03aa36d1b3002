namespace LmDeploy;

/// <summary>Further shapes that prompts come in: conversations as lists of messages, and batches of texts and of conversations.</summary>
public static class PipelineShapes
{
    /// <summary>Answers one conversation.</summary>
    public static Response Infer(
        this Pipeline pipeline, IReadOnlyList<PromptMessage> conversation, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => pipeline.Infer(Prompt.FromMessages(conversation), config, cancellationToken);

    /// <summary>Answers a batch of texts, in their order.</summary>
    public static IReadOnlyList<Response> Infer(
        this Pipeline pipeline, IEnumerable<string> prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
        => pipeline.Infer(ToPrompts(prompts), configs, cancellationToken);

    /// <summary>Answers a batch of conversations, in their order.</summary>
    public static IReadOnlyList<Response> Infer(
        this Pipeline pipeline,
        IEnumerable<IReadOnlyList<PromptMessage>> conversations,
        GenerationConfigs? configs = null,
        CancellationToken cancellationToken = default)
        => pipeline.Infer(ToPrompts(conversations), configs, cancellationToken);

    /// <summary>Answers one conversation.</summary>
    public static Task<Response> InferAsync(
        this Pipeline pipeline, IReadOnlyList<PromptMessage> conversation, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => pipeline.InferAsync(Prompt.FromMessages(conversation), config, cancellationToken);

    /// <summary>Answers a batch of texts, in their order.</summary>
    public static Task<IReadOnlyList<Response>> InferAsync(
        this Pipeline pipeline, IEnumerable<string> prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
        => pipeline.InferAsync(ToPrompts(prompts), configs, cancellationToken);

    /// <summary>Answers a batch of conversations, in their order.</summary>
    public static Task<IReadOnlyList<Response>> InferAsync(
        this Pipeline pipeline,
        IEnumerable<IReadOnlyList<PromptMessage>> conversations,
        GenerationConfigs? configs = null,
        CancellationToken cancellationToken = default)
        => pipeline.InferAsync(ToPrompts(conversations), configs, cancellationToken);

    /// <summary>Answers one conversation piece by piece.</summary>
    public static IAsyncEnumerable<Response> StreamInferAsync(
        this Pipeline pipeline, IReadOnlyList<PromptMessage> conversation, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => pipeline.StreamInferAsync(Prompt.FromMessages(conversation), config, cancellationToken);

    /// <summary>Answers a batch of texts piece by piece.</summary>
    public static IAsyncEnumerable<Response> StreamInferAsync(
        this Pipeline pipeline, IEnumerable<string> prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
        => pipeline.StreamInferAsync(ToPrompts(prompts), configs, cancellationToken);

    /// <summary>Answers a batch of conversations piece by piece.</summary>
    public static IAsyncEnumerable<Response> StreamInferAsync(
        this Pipeline pipeline,
        IEnumerable<IReadOnlyList<PromptMessage>> conversations,
        GenerationConfigs? configs = null,
        CancellationToken cancellationToken = default)
        => pipeline.StreamInferAsync(ToPrompts(conversations), configs, cancellationToken);

    /// <summary>Answers one conversation piece by piece.</summary>
    public static IEnumerable<Response> StreamInfer(
        this Pipeline pipeline, IReadOnlyList<PromptMessage> conversation, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => pipeline.StreamInfer(Prompt.FromMessages(conversation), config, cancellationToken);

    /// <summary>Answers a batch of texts piece by piece.</summary>
    public static IEnumerable<Response> StreamInfer(
        this Pipeline pipeline, IEnumerable<string> prompts, GenerationConfigs? configs = null, CancellationToken cancellationToken = default)
        => pipeline.StreamInfer(ToPrompts(prompts), configs, cancellationToken);

    /// <summary>Answers a batch of conversations piece by piece.</summary>
    public static IEnumerable<Response> StreamInfer(
        this Pipeline pipeline,
        IEnumerable<IReadOnlyList<PromptMessage>> conversations,
        GenerationConfigs? configs = null,
        CancellationToken cancellationToken = default)
        => pipeline.StreamInfer(ToPrompts(conversations), configs, cancellationToken);

    /// <summary>How probable each text is after the prompt.</summary>
    /// <inheritdoc cref="Pipeline.GetLogLikelihood(Prompt, IEnumerable{Continuation}, CancellationToken)"/>
    public static IReadOnlyList<LogLikelihood> GetLogLikelihood(
        this Pipeline pipeline, Prompt prompt, IEnumerable<string> continuations, CancellationToken cancellationToken = default)
        => pipeline.GetLogLikelihood(prompt, continuations.Select(Continuation.FromText), cancellationToken);

    /// <summary>How probable each text is after the prompt.</summary>
    /// <inheritdoc cref="Pipeline.GetLogLikelihood(Prompt, IEnumerable{Continuation}, CancellationToken)"/>
    public static Task<IReadOnlyList<LogLikelihood>> GetLogLikelihoodAsync(
        this Pipeline pipeline, Prompt prompt, IEnumerable<string> continuations, CancellationToken cancellationToken = default)
        => pipeline.GetLogLikelihoodAsync(prompt, continuations.Select(Continuation.FromText), cancellationToken);

    private static IEnumerable<Prompt> ToPrompts(IEnumerable<string> texts) => texts.Select(text => Prompt.FromText(text));

    private static IEnumerable<Prompt> ToPrompts(IEnumerable<IReadOnlyList<PromptMessage>> conversations) => conversations.Select(Prompt.FromMessages);
}
