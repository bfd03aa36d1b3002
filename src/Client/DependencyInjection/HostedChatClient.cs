using System.Runtime.CompilerServices;
using LmDeploy.ExtensionsAI;
using Microsoft.Extensions.AI;

namespace LmDeploy.DependencyInjection;

/// <summary>The chat client of a host's pipeline. Services may have it before the pipeline is loaded, and use it once it is. Thread-safe.</summary>
internal sealed class HostedChatClient(HostedPipeline pipeline) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(PipelineChatClient.Provider, defaultModelId: pipeline.Name);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => await (await GetClientAsync(cancellationToken).ConfigureAwait(false)).GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var client = await GetClientAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var update in client.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : pipeline.Loaded?.AsIChatClient().GetService(serviceType) ?? (serviceType == typeof(ChatClientMetadata) ? _metadata : null);
    }

    public void Dispose()
    {
        // The pipeline is the host's.
    }

    private async Task<IChatClient> GetClientAsync(CancellationToken cancellationToken)
        => (await pipeline.GetAsync(cancellationToken).ConfigureAwait(false)).AsIChatClient();
}
