using System.Runtime.CompilerServices;
using LmDeploy.Generation;
using LmDeploy.V1;

namespace LmDeploy;

/// <summary>
/// A conversation that remembers its turns; the whole of it is rendered again for each turn. One request at a time: another one
/// that comes meanwhile is answered with the error <c>request_conflict</c>. It holds nothing in the worker and needs no disposing.
/// </summary>
public sealed class Session
{
    private readonly Pipeline _pipeline;
    private readonly string? _system;
    private readonly Lock _gate = new();
    private List<ChatTurn> _history = [];
    private bool _busy;

    internal Session(Pipeline pipeline, string? system, GenerationConfig config)
    {
        _pipeline = pipeline;
        _system = system;
        Config = config;
    }

    /// <summary>Tells sessions apart.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("n");

    /// <summary>How the session answers unless a call says otherwise.</summary>
    public GenerationConfig Config { get; }

    /// <summary>The turns so far, oldest first. A turn that failed, was cancelled or was left half-way is not among them.</summary>
    public IReadOnlyList<ChatTurn> History
    {
        get
        {
            lock (_gate)
            {
                return _history.ToArray();
            }
        }
    }

    /// <summary>Takes the next turn.</summary>
    /// <param name="prompt">What the user says.</param>
    /// <param name="config">How to answer. Default: <see cref="Config"/>.</param>
    /// <param name="cancellationToken">Stops the generation.</param>
    /// <exception cref="LmDeployException">The turn cannot be answered, and is not recorded; or the session is busy (code <c>request_conflict</c>).</exception>
    public Response Chat(string prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => ChatAsync(prompt, config, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Chat"/>
    public async Task<Response> ChatAsync(string prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
    {
        var answer = new ResponseBuilder();
        await foreach (var piece in StreamChatAsync(prompt, config, cancellationToken).ConfigureAwait(false))
        {
            answer.Append(piece);
        }

        return answer.Build();
    }

    /// <summary>Takes the next turn piece by piece. Leaving the loop stops the generation, and the turn is not recorded.</summary>
    /// <inheritdoc cref="Chat"/>
    public IEnumerable<Response> StreamChat(string prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
        => StreamChatAsync(prompt, config, cancellationToken).ToBlockingEnumerable(cancellationToken);

    /// <inheritdoc cref="StreamChat"/>
    public IAsyncEnumerable<Response> StreamChatAsync(string prompt, GenerationConfig? config = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return StreamAsync(prompt, config ?? Config, cancellationToken);
    }

    /// <summary>Forgets all turns; one that runs is not recorded.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _history = [];
        }
    }

    private async IAsyncEnumerable<Response> StreamAsync(
        string prompt, GenerationConfig config, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (config.N is > 1 and var n)
        {
            throw new LmDeployException(ErrorCodes.InvalidRequest, $"A session goes on from one answer: n must be 1, got {n}.", "n");
        }

        if (!TryEnter(out var history))
        {
            throw new LmDeployException(ErrorCodes.RequestConflict, $"The session {Id} is busy with another request.", Id);
        }

        try
        {
            var answer = new ResponseBuilder();
            await foreach (var piece in _pipeline.StreamInferAsync(Render(history, prompt), config, cancellationToken).ConfigureAwait(false))
            {
                answer.Append(piece);
                if (piece.FinishReason is FinishReason.Stop or FinishReason.Length)
                {
                    Record(history, new ChatTurn { User = prompt, Assistant = answer.Build().Text });
                }

                yield return piece;
            }
        }
        finally
        {
            lock (_gate)
            {
                _busy = false;
            }
        }
    }

    private bool TryEnter(out List<ChatTurn> history)
    {
        lock (_gate)
        {
            history = _history;
            return !_busy && (_busy = true);
        }
    }

    private void Record(List<ChatTurn> history, ChatTurn turn)
    {
        lock (_gate)
        {
            history.Add(turn);
        }
    }

    private Prompt Render(List<ChatTurn> history, string prompt)
    {
        List<PromptMessage> messages = _system is null ? [] : [PromptMessage.System(_system)];
        foreach (var turn in history)
        {
            messages.Add(PromptMessage.User(turn.User));
            messages.Add(PromptMessage.Assistant(turn.Assistant));
        }

        messages.Add(PromptMessage.User(prompt));
        return messages;
    }
}
