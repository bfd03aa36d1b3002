using LmDeploy.V1;
using LmDeploy.Worker.Cache;
using LmDeploy.Worker.Errors;

namespace LmDeploy.Worker.Scheduling;

/// <summary>
/// Continuous batching: decides for each step which sequences take part and with how many tokens. Requests are admitted in the
/// order they came, as soon as the cache has room for all the tokens they may come to. Not thread-safe: the engine's thread owns it.
/// </summary>
internal sealed class Scheduler(BlockAllocator allocator, int blockSize, int maxBatchSize, int maxPrefillTokens)
{
    private readonly Queue<EngineRequest> _waiting = new();
    private readonly List<Sequence> _running = [];

    public int Running => _running.Count;

    public int Waiting => _waiting.Count;

    public bool HasWork => Running + Waiting > 0;

    /// <exception cref="EngineException"><see cref="ErrorCodes.OutOfMemory"/> when the request would not fit into an empty cache.</exception>
    public void Enqueue(EngineRequest request)
    {
        var needed = BlocksFor(request);
        if (needed > allocator.Total)
        {
            throw new EngineException(
                ErrorCodes.OutOfMemory,
                $"The request may come to {request.PromptIds.Length + request.MaxNewTokens} tokens, but the key-value cache holds {(long)allocator.Total * blockSize}; "
                + "lower max_new_tokens or raise cache_max_entry_count.");
        }

        _waiting.Enqueue(request);
    }

    /// <summary>Ends cancelled requests, admits waiting ones and shares out the step.</summary>
    /// <returns>Slices of one token first; empty when there is no work.</returns>
    public IReadOnlyList<ScheduledSlice> Next()
    {
        DropCancelled();
        Admit();
        var budget = maxPrefillTokens;
        var step = new List<ScheduledSlice>();
        foreach (var sequence in _running)
        {
            var most = sequence.IsPrefilled ? 1 : budget;
            if (most == 0)
            {
                continue;
            }

            var slice = sequence.Next(most);
            budget -= sequence.IsPrefilled ? 0 : slice.Count;
            step.Add(new ScheduledSlice(sequence, slice));
        }

        return [.. step.OrderBy(scheduled => scheduled.Slice.Count == 1 ? 0 : 1)];
    }

    public bool IsRunning(Sequence sequence) => _running.Contains(sequence);

    /// <summary>Ends a sequence and frees its blocks.</summary>
    public void Finish(Sequence sequence, FinishReason reason, Error? error = null)
    {
        _running.Remove(sequence);
        allocator.Release(sequence.Blocks.Blocks);
        sequence.Request.OnFinished(reason, error);
    }

    /// <summary>Ends everything, running or waiting.</summary>
    public void FinishAll(Error error)
    {
        foreach (var sequence in _running.ToArray())
        {
            Finish(sequence, FinishReason.Error, error);
        }

        while (_waiting.TryDequeue(out var request))
        {
            request.OnFinished(FinishReason.Error, error);
        }
    }

    private static Error Cancelled() => new() { Code = ErrorCodes.RequestCancelled, Message = "The request was cancelled." };

    private void DropCancelled()
    {
        foreach (var sequence in _running.Where(sequence => sequence.Request.CancellationToken.IsCancellationRequested).ToArray())
        {
            Finish(sequence, FinishReason.Abort, Cancelled());
        }

        for (var left = _waiting.Count; left > 0; left--)
        {
            var request = _waiting.Dequeue();
            if (request.CancellationToken.IsCancellationRequested)
            {
                request.OnFinished(FinishReason.Abort, Cancelled());
            }
            else
            {
                _waiting.Enqueue(request);
            }
        }
    }

    private void Admit()
    {
        while (_running.Count < maxBatchSize
            && _waiting.TryPeek(out var request)
            && allocator.TryAllocate(BlocksFor(request)) is { } blocks)
        {
            _waiting.Dequeue();
            _running.Add(new Sequence(request, new BlockTable(blocks, blockSize)));
        }
    }

    private int BlocksFor(EngineRequest request) =>
        (int)((request.PromptIds.Length + (long)request.MaxNewTokens + blockSize - 1) / blockSize);
}
