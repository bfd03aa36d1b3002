using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Sampling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Continuous batching over a paged cache: decides which sequences take part in a step and with how many tokens. Admission is round-robin over
/// callers, and no caller gets all places. Blocks are allocated as tokens come. When none are left, the sequence that was admitted last is evicted
/// and recomputed later. Not thread-safe: the engine's thread owns it.
/// </summary>
/// <param name="copy">Copies the first slots of a cache block to another block. Arguments: source, target, number of slots.</param>
internal sealed class Scheduler(BlockPool pool, PrefixCache prefixes, int blockSize, SchedulerLimits limits, Action<int, int, int> copy)
{
    /// <summary>The least batch size that keeps a place free for callers without one.</summary>
    private const int LeastSharedBatch = 16;

    private readonly CommonBeginnings _beginnings = new(pool, prefixes, blockSize, copy);
    private readonly FairQueue<EngineRequest> _waiting = new();
    private readonly LinkedList<Sequence> _preempted = new();
    private readonly List<Sequence> _running = [];
    private readonly MaskBudget _masks = new();
    private SchedulerLimits? _lowered;

    // Whether the latest step with prompts in it left the long ones out.
    private bool _leftOut;

    public int Running => _running.Count;

    /// <summary>Requests that wait for admission, evicted ones included.</summary>
    public int Waiting => _waiting.Count + _preempted.Count;

    public bool HasWork => Running + Waiting > 0;

    /// <summary>How often a sequence was evicted.</summary>
    public long Preemptions { get; private set; }

    /// <exception cref="EngineException">
    /// <see cref="ErrorCodes.OutOfMemory"/> when the request would not fit into an empty cache, <see cref="ErrorCodes.QueueFull"/> when too many wait.
    /// </exception>
    public void Enqueue(EngineRequest request)
    {
        if (BlocksFor((long)request.PromptIds.Length + request.MaxNewTokens) > pool.Total)
        {
            throw new EngineException(
                ErrorCodes.OutOfMemory,
                $"The request may come to {request.PromptIds.Length + (long)request.MaxNewTokens} tokens, but the key-value cache holds "
                    + $"{(long)pool.Total * blockSize}; "
                + "lower max_new_tokens or raise cache_max_entry_count.");
        }

        if (_waiting.Count >= Limits.MaxQueueLen)
        {
            throw new EngineException(
                ErrorCodes.QueueFull, $"{_waiting.Count} requests wait already, as many as max_queue_len allows; try again later.", "max_queue_len");
        }

        _waiting.Enqueue(request.Origin.Caller, request);
    }

    /// <summary>Ends cancelled requests, admits waiting ones and shares out the step.</summary>
    /// <returns>Slices of one token first; empty when there is no work, or all sequences wait for their token masks.</returns>
    public IReadOnlyList<ScheduledSlice> Next()
    {
        DropCancelled();
        Admit();
        var waiting = PrepareMasks();
        var step = new List<ScheduledSlice>(_running.Count);
        foreach (var sequence in _running.Where(sequence => sequence.IsPrefilled && !waiting.Contains(sequence)).ToArray())
        {
            if (sequence.IsRunning && TryMakeRoom(sequence, 1, step))
            {
                step.Add(new ScheduledSlice(sequence, sequence.Next(1)));
            }
        }

        AddPrefills(step, waiting);
        step.Sort((left, right) => (left.Slice.Count == 1 ? 0 : 1) - (right.Slice.Count == 1 ? 0 : 1));
        return step;
    }

    /// <summary>Ends cancelled requests.</summary>
    public void DropCancelled()
    {
        foreach (var sequence in _running.Concat(_preempted).Where(sequence => sequence.Request.CancellationToken.IsCancellationRequested).ToArray())
        {
            Finish(sequence, FinishReason.Abort, Cancelled());
        }

        foreach (var request in _waiting.RemoveAll(request => request.CancellationToken.IsCancellationRequested))
        {
            request.OnFinished(FinishReason.Abort, Cancelled());
        }
    }

    /// <summary>Notes that a slice was computed.</summary>
    public void Advance(ScheduledSlice computed)
    {
        var sequence = computed.Sequence;
        sequence.Advance(computed.Slice);
        prefixes.Remember(sequence.Blocks, sequence.Tokens, sequence.Computed);
        ReleaseUnseen(sequence);
    }

    /// <summary>Whether no waiting request could be admitted.</summary>
    public bool IsSettled => Running >= Limits.MaxBatchSize || (_preempted.Count == 0 && !_waiting.AnyCaller(HasPlaceFor));

    /// <summary>Allocates the blocks for a sequence's next tokens, if that needs no eviction.</summary>
    public bool TryReserve(Sequence sequence, int tokens)
    {
        while (sequence.Blocks.Capacity < sequence.Computed + tokens)
        {
            if (pool.TryTake() is not { } block)
            {
                return false;
            }

            sequence.Blocks.Add(block);
        }

        return true;
    }

    /// <summary>Takes a sequence's next token, and ends the sequence when it was the last one.</summary>
    public void Accept(Sequence sequence, SampledToken token)
    {
        var request = sequence.Request;
        sequence.Append(token.Id);
        var isStopToken = request.StopTokenIds.Contains(token.Id);
        if (request.OnToken(token, isStopToken) || isStopToken)
        {
            Finish(sequence, request.Failure is null ? FinishReason.Stop : FinishReason.Error, request.Failure);
        }
        else if (sequence.Generated >= request.MaxNewTokens)
        {
            Finish(sequence, FinishReason.Length);
        }
    }

    /// <summary>Ends a sequence and frees its blocks.</summary>
    public void Finish(Sequence sequence, FinishReason reason, Error? error = null)
    {
        if (!_running.Remove(sequence))
        {
            _preempted.Remove(sequence);
        }

        sequence.IsRunning = false;
        sequence.Blocks.ReleaseAll(pool);
        sequence.Request.OnFinished(reason, error);
    }

    /// <summary>Evicts running sequences. They are recomputed in the order of their admission.</summary>
    public void Preempt(IEnumerable<Sequence> sequences)
    {
        foreach (var sequence in sequences.OrderByDescending(_running.IndexOf).ToArray())
        {
            Preempt(sequence);
        }
    }

    /// <summary>Limits the prompt tokens of a step, and the number of sequences that they belong to; each at least 1.</summary>
    public void LimitPrefill(int tokens, int sequences = int.MaxValue) => _lowered = Limits with
    {
        MaxPrefillTokenNum = Math.Min(Limits.MaxPrefillTokenNum, tokens),
        MaxSequencePrefill = Math.Min(Limits.MaxSequencePrefill, tokens),
        MaxPrefills = Math.Min(Limits.MaxPrefills, sequences),
        BurstFactor = 1,
    };

    /// <summary>Limits the number of running sequences, at least 1. Evicts those that were admitted last.</summary>
    public void LimitBatch(int sequences)
    {
        _lowered = Limits with { MaxBatchSize = Math.Min(Limits.MaxBatchSize, sequences) };
        Preempt(_running.Skip(sequences).ToArray());
    }

    /// <summary>Removes these limits.</summary>
    public void Unlimit() => _lowered = null;

    /// <summary>Ends everything, running or waiting.</summary>
    public void FinishAll(Error error)
    {
        foreach (var sequence in _running.Concat(_preempted).ToArray())
        {
            Finish(sequence, FinishReason.Error, error);
        }

        foreach (var request in _waiting.RemoveAll(_ => true))
        {
            request.OnFinished(FinishReason.Error, error);
        }
    }

    private SchedulerLimits Limits => _lowered ?? limits;

    private static Error Cancelled() => new() { Code = ErrorCodes.RequestCancelled, Message = "The request was cancelled." };

    /// <summary>
    /// The last place of a batch is reserved for callers without one, unless the batch is small. So a caller with many requests does not block
    /// another until one of its answers ends.
    /// </summary>
    private bool HasPlaceFor(object caller) =>
        _running.Count < Limits.MaxBatchSize - (Limits.MaxBatchSize >= LeastSharedBatch ? 1 : 0)
        || (_running.Count < Limits.MaxBatchSize && _running.TrueForAll(sequence => !sequence.Request.Origin.Caller.Equals(caller)));

    /// <summary>Fails the guided sequences whose token mask is empty.</summary>
    /// <returns>The sequences whose token mask is not complete yet.</returns>
    private IReadOnlyCollection<Sequence> PrepareMasks()
    {
        var waiting = _masks.Prepare(_running);
        foreach (var over in _running.Where(sequence => sequence.Request.IsRestricted && !waiting.Contains(sequence) && sequence.Request.IsOver).ToArray())
        {
            Finish(over, over.Request.Failure is null ? FinishReason.Stop : FinishReason.Error, over.Request.Failure);
        }

        return waiting;
    }

    /// <summary>Evicted requests are admitted before new ones.</summary>
    private void Admit()
    {
        while (_running.Count < Limits.MaxBatchSize)
        {
            if (_preempted.First is { } again)
            {
                if (!TryAdmit(again.Value))
                {
                    return;
                }

                _preempted.RemoveFirst();
            }
            else if (_waiting.TryPeek(HasPlaceFor, out var request))
            {
                if (!TryAdmit(new Sequence(request, blockSize)))
                {
                    return;
                }

                _waiting.Dequeue();
                request.EndWaiting();
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Admits a sequence when its tokens fit beside the next step of the running ones, so that admission does not cause an eviction at once.</summary>
    private bool TryAdmit(Sequence sequence)
    {
        _beginnings.TakeKnown(sequence);
        ReleaseUnseen(sequence);
        var needed = Math.Max(0, BlocksFor(sequence.Tokens.Count + 1) - sequence.Blocks.Held);
        var reserved = _running.Sum(running => Math.Max(0, BlocksFor(running.Tokens.Count + blockSize) - running.Blocks.Count));
        if (_running.Count > 0 && needed + reserved > pool.Free)
        {
            sequence.Blocks.ReleaseAll(pool);
            sequence.SkipTo(0);
            return false;
        }

        _beginnings.Follow(sequence, _running);
        sequence.Reserve();
        sequence.IsRunning = true;
        _running.Add(sequence);
        return true;
    }

    /// <summary>
    /// Chunked prefill. Half of the prompt tokens of a step go to the sequence that has been prefilling longest, the rest to the shortest prompts
    /// first. While there are short prompts, every second step leaves out long ones. So no prompt starves, and short prompts do not wait for long
    /// ones.
    /// </summary>
    /// <param name="waiting">The sequences that wait for a mask or a lead.</param>
    private void AddPrefills(List<ScheduledSlice> step, IReadOnlyCollection<Sequence> waiting)
    {
        var prefilling = _running
            .Where(sequence => !sequence.IsPrefilled && !waiting.Contains(sequence) && !_beginnings.IsWaiting(sequence, _running))
            .Take(Limits.MaxPrefills)
            .ToList();
        prefilling.ForEach(ReleaseUnseen);
        if (prefilling.Count == 0)
        {
            return;
        }

        var factor = prefilling.TrueForAll(sequence => sequence.Generated > 0) && step.TrueForAll(decoding => decoding.Sequence.IsResumed)
            ? Limits.BurstFactor
            : 1;
        var budget = Limits.MaxPrefillTokenNum * factor;
        var most = Limits.MaxSequencePrefill > int.MaxValue / factor ? int.MaxValue : Limits.MaxSequencePrefill * factor;
        LeaveOutLong(prefilling, factor == 1 ? Math.Min(budget, most) : int.MaxValue);
        var oldest = prefilling[0];
        var shares = prefilling.ToDictionary(sequence => sequence, _ => 0);
        shares[oldest] = Math.Min(Math.Min(oldest.Missing, most), prefilling.Count == 1 ? budget : (budget + 1) / 2);
        budget -= shares[oldest];
        foreach (var sequence in prefilling.OrderBy(sequence => sequence.Missing - shares[sequence]))
        {
            var share = Math.Min(budget, Math.Min(sequence.Missing, most) - shares[sequence]);
            shares[sequence] += share;
            budget -= share;
        }

        foreach (var sequence in prefilling)
        {
            if (shares[sequence] > 0 && sequence.IsRunning && TryMakeRoom(sequence, shares[sequence], step))
            {
                Begin(sequence);
                step.Add(new ScheduledSlice(sequence, sequence.Next(shares[sequence])));
            }
        }
    }

    private static void Begin(Sequence sequence)
    {
        if (!sequence.IsBegun)
        {
            sequence.Request.CachedTokens = Math.Min(sequence.Computed, sequence.Request.PromptIds.Length);
            sequence.IsBegun = true;
        }
    }

    /// <summary>Gives short prompts a step without long ones, never two in a row.</summary>
    /// <param name="longest">The most tokens that one step computes of a prompt.</param>
    private void LeaveOutLong(List<Sequence> prefilling, int longest)
    {
        var shortOnes = prefilling.Count(sequence => sequence.Missing <= longest);
        _leftOut = !_leftOut && shortOnes > 0 && shortOnes < prefilling.Count;
        if (_leftOut)
        {
            prefilling.RemoveAll(sequence => sequence.Missing > longest);
        }
    }

    /// <summary>Allocates the blocks for a sequence's next tokens. Evicts sequences that were admitted after it, and at last the sequence itself.</summary>
    private bool TryMakeRoom(Sequence sequence, int tokens, List<ScheduledSlice> step)
    {
        while (!TryReserve(sequence, tokens))
        {
            var last = _running[^1];
            Preempt(last);
            step.RemoveAll(scheduled => scheduled.Sequence == last);
            if (last == sequence)
            {
                return false;
            }
        }

        return true;
    }

    private void ReleaseUnseen(Sequence sequence)
    {
        if (Limits.LongestWindow is { } window)
        {
            sequence.Blocks.ReleaseBefore(sequence.Computed + 1 - window, pool);
        }
    }

    private void Preempt(Sequence sequence)
    {
        _running.Remove(sequence);
        sequence.Preempt(pool);
        _preempted.AddFirst(sequence);
        Preemptions++;
    }

    /// <summary>The most blocks that a number of tokens holds at a time. With sliding windows in all layers that is the window and a step.</summary>
    private long BlocksFor(long tokens) =>
        (Math.Min(tokens, Limits.LongestWindow is { } window ? window + Limits.MaxPrefillTokenNum + blockSize : long.MaxValue - blockSize) + blockSize - 1)
            / blockSize;
}
