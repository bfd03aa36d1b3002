using System.Runtime.CompilerServices;
using LmDeploy.Answers;
using LmDeploy.V1;
using Microsoft.Extensions.AI;

namespace LmDeploy.ExtensionsAI;

/// <summary>A pipeline as a chat client. Thread-safe; the pipeline is its caller's.</summary>
internal sealed class PipelineChatClient(Pipeline pipeline) : IChatClient
{
    public const string Provider = "lmdeploy";

    private readonly ChatClientMetadata _metadata = new(Provider, defaultModelId: pipeline.Name);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(Pipeline) ? pipeline
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
        // The pipeline is its caller's.
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var functions = ChatOptionsMap.Functions(options);
        var (isForced, function) = ChatOptionsMap.Forced(options, functions);
        var config = ChatOptionsMap.ToConfig(pipeline, options, ChatOptionsMap.Raw(this, options));
        config = config with { Split = new AnswerSplit { SingleCall = options?.AllowMultipleToolCalls == false } };
        if (isForced)
        {
            config.Split.ForcedCall = function ?? "";
            config = config with { ResponseFormat = ResponseFormat.JsonSchema(CallSchema.Of(functions, function)) };
        }

        var prompt = Prompt.FromMessagesJson(MessageMap.Write(messages, options?.Instructions)) with
        {
            Tools = ChatOptionsMap.Definitions(options, functions),
            TemplateArguments = ChatOptionsMap.TemplateArguments(options),
            AdaptCalls = true,
        };
        var answer = new ChatAnswer(pipeline.Name);
        await foreach (var piece in pipeline.StreamInferAsync(prompt, config, cancellationToken).ConfigureAwait(false))
        {
            foreach (var update in answer.Take(piece))
            {
                yield return update;
            }
        }
    }
}
