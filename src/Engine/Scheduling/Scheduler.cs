using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Sampling;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// Continuous batching over paged memory: decides for each step which sequences take part and with how many tokens. Callers take turns in being
/// admitted, each with its requests in their order, and none of them gets all places. Blocks are taken as tokens come; when there are none left, the sequence
/// that was admitted last
/// gives up its own and is computed again later. Not thread-safe: the engine's thread owns it.
/// </summary>
/// <param name="copy">Copies the first slots of a block of the cache, so many of them, to another block: from, to, slots.</param>
internal sealed class Scheduler(BlockPool pool, PrefixCache prefixes, int blockSize, SchedulerLimits limits, Action<int, int, int> copy)
{
    /// <summary>In a smaller batch one place is too much to keep.</summary>
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

    /// <summary>Requests that were not admitted yet, or gave up their room.</summary>
    public int Waiting => _waiting.Count + _preempted.Count;

    public bool HasWork => Running + Waiting > 0;

    /// <summary>How often a sequence had to give up its room.</summary>
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
                $"The request may come to {request.PromptIds.Length + (long)request.MaxNewTokens} tokens, but the key-value cache holds {(long)pool.Total * blockSize}; "
                + "lower max_new_tokens or raise cache_max_entry_count.");
        }

        if (_waiting.Count >= Limits.MaxQueueLen)
        {
            throw new EngineException(ErrorCodes.QueueFull, $"{_waiting.Count} requests wait already, as many as max_queue_len allows; try again later.", "max_queue_len");
        }

        _waiting.Enqueue(request.Origin.Caller, request);
    }

    /// <summary>Ends cancelled requests, admits waiting ones and shares out the step.</summary>
    /// <returns>Slices of one token first; empty when there is no work, or all that there is waits for the tokens that are allowed to it.</returns>
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

    /// <summary>Whether nobody waits for a place that there is.</summary>
    public bool IsSettled => Running >= Limits.MaxBatchSize || (_preempted.Count == 0 && !_waiting.AnyCaller(HasPlaceFor));

    /// <summary>Takes the blocks for a sequence's next tokens, where nobody has to give way for it.</summary>
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

    /// <summary>Takes their room from running sequences. They are computed again, in the order they were admitted in.</summary>
    public void Preempt(IEnumerable<Sequence> sequences)
    {
        foreach (var sequence in sequences.OrderByDescending(_running.IndexOf).ToArray())
        {
            Preempt(sequence);
        }
    }

    /// <summary>Lets steps have no more prompt tokens than so many, at least 1, and of no more sequences than so many.</summary>
    public void LimitPrefill(int tokens, int sequences = int.MaxValue) => _lowered = Limits with
    {
        MaxPrefillTokenNum = Math.Min(Limits.MaxPrefillTokenNum, tokens),
        MaxSequencePrefill = Math.Min(Limits.MaxSequencePrefill, tokens),
        MaxPrefills = Math.Min(Limits.MaxPrefills, sequences),
        BurstFactor = 1,
    };

    /// <summary>Lets no more than so many sequences run, at least 1. Those that were admitted last give up their room.</summary>
    public void LimitBatch(int sequences)
    {
        _lowered = Limits with { MaxBatchSize = Math.Min(Limits.MaxBatchSize, sequences) };
        Preempt(_running.Skip(sequences).ToArray());
    }

    /// <summary>Takes back what was limited.</summary>
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
    /// The last place of a batch that is not small is for callers that have none: one with many requests does not make another wait until the first of its
    /// answers ends.
    /// </summary>
    private bool HasPlaceFor(object caller) =>
        _running.Count < Limits.MaxBatchSize - (Limits.MaxBatchSize >= LeastSharedBatch ? 1 : 0)
        || (_running.Count < Limits.MaxBatchSize && _running.TrueForAll(sequence => !sequence.Request.Origin.Caller.Equals(caller)));

    /// <summary>Ends the sequences that no token may follow.</summary>
    /// <returns>Those whose allowed tokens are not known yet.</returns>
    private IReadOnlyCollection<Sequence> PrepareMasks()
    {
        var waiting = _masks.Prepare(_running);
        foreach (var over in _running.Where(sequence => sequence.Request.IsRestricted && !waiting.Contains(sequence) && sequence.Request.IsOver).ToArray())
        {
            Finish(over, over.Request.Failure is null ? FinishReason.Stop : FinishReason.Error, over.Request.Failure);
        }

        return waiting;
    }

    /// <summary>Those that had been running come before those that never were.</summary>
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
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>
    /// Admits a sequence when its tokens fit beside what the running ones may need for their next step, so that none of them has to give way at once.
    /// </summary>
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
    /// Half of the prompt tokens of a step go to the sequence that is prefilled longest, the rest to short ones first; and of two steps one is without
    /// the long ones where there are short ones: nobody starves, and nobody waits for a long prompt.
    /// </summary>
    /// <param name="waiting">Those that have to be left out.</param>
    private void AddPrefills(List<ScheduledSlice> step, IReadOnlyCollection<Sequence> waiting)
    {
        var prefilling = _running.Where(sequence => !sequence.IsPrefilled && !waiting.Contains(sequence) && !_beginnings.IsWaiting(sequence, _running)).Take(Limits.MaxPrefills).ToList();
        prefilling.ForEach(ReleaseUnseen);
        if (prefilling.Count == 0)
        {
            return;
        }

        var factor = prefilling.TrueForAll(sequence => sequence.Generated > 0) && step.TrueForAll(decoding => decoding.Sequence.IsResumed) ? Limits.BurstFactor : 1;
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

    /// <summary>Lets short prompts have a step without the long ones, never two in a row.</summary>
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

    /// <summary>Takes the blocks for a sequence's next tokens; sequences that were admitted after it give way, and in the end it does itself.</summary>
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

    /// <summary>Blocks that so many tokens hold at a time: with sliding windows in all layers no more than the window and a step.</summary>
    private long BlocksFor(long tokens) =>
        (Math.Min(tokens, Limits.LongestWindow is { } window ? window + Limits.MaxPrefillTokenNum + blockSize : long.MaxValue - blockSize) + blockSize - 1) / blockSize;
}
