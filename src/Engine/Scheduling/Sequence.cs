using System.Runtime.InteropServices;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Scheduling;

/// <summary>A request that was admitted: its tokens so far and how many of them are in the cache. The engine's thread owns it.</summary>
internal sealed class Sequence(EngineRequest request, int blockSize)
{
    private readonly List<int> _tokens = [.. request.PromptIds, .. request.ResumedIds];
    private readonly ContextCounts _counts = new(request.PromptIds.Length);

    public EngineRequest Request => request;

    public BlockTable Blocks { get; } = new(blockSize, request.Origin.CacheRoot);

    /// <summary>Prompt and generated tokens.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>How many of the tokens have their keys and values in the cache.</summary>
    public int Computed { get; private set; }

    public int Generated => _tokens.Count - request.PromptIds.Length;

    /// <summary>How often it was evicted.</summary>
    public int Preemptions { get; private set; }

    /// <summary>Whether it is admitted and holds its blocks.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether it is resumed after the worker that answered it died.</summary>
    public bool IsResumed => request.ResumedIds.Length > 0;

    /// <summary>Tokens that have to be computed before another one can be chosen.</summary>
    public int Missing => _tokens.Count - Computed;

    /// <summary>Whether it goes on token by token: all but the latest token are in the cache.</summary>
    public bool IsPrefilled { get; private set; }

    /// <summary>Whether a step has computed a part of it.</summary>
    public bool IsBegun { get; set; }

    /// <summary>The sequence that it waits for, before it computes anything itself; null for none.</summary>
    public Lead? Lead { get; set; }

    /// <summary>Whether the request was told that its prompt is computed; a sequence that is prefilled again is not told again.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>The most tokens that may come from the prefix cache. The last token and the positions that are read out are always computed.</summary>
    public int MostReusable => IsStarted
        ? _tokens.Count - 1
        : request.Readouts.Select(readout => readout.From).Append(_tokens.Count - 1).Min();

    /// <summary>Whether its steps are only needed for next tokens, without readouts.</summary>
    public bool WantsTokensAlone => request.MaxNewTokens > 0 && (IsStarted || request.Readouts.Count == 0);

    /// <summary>Whether its next token, and each after it, is the plain argmax.</summary>
    public bool TakesMostProbable => request.Sampling.IsPlainArgmax
        && Generated >= request.Sampling.MinNewTokens
        && request.BadTokenIds.Count == 0
        && !request.WantsLogits
        && !request.IsRestricted;

    /// <summary>Reserves capacity for all tokens, so that appending does not allocate. Called once a sequence is admitted.</summary>
    public void Reserve()
    {
        var most = request.PromptIds.Length + request.MaxNewTokens;
        _tokens.EnsureCapacity(most);
        Blocks.Reserve(most);
    }

    /// <summary>The length of the common prefix with another sequence.</summary>
    public int CommonWith(Sequence other) => CollectionsMarshal.AsSpan(_tokens).CommonPrefixLength(CollectionsMarshal.AsSpan(other._tokens));

    /// <summary>Tells the request, once, that its prompt is computed.</summary>
    public void Start()
    {
        if (!IsStarted)
        {
            IsStarted = true;
            request.OnPrefilled();
        }
    }

    /// <summary>Notes that the first tokens are in the cache already.</summary>
    public void SkipTo(int computed) => Computed = computed;

    /// <summary>The next tokens to compute, at most so many.</summary>
    public StepSlice Next(int mostTokens)
    {
        var count = Math.Min(mostTokens, Missing);
        return new StepSlice
        {
            Blocks = Blocks,
            Tokens = _tokens.GetRange(Computed, count).ToArray(),
            FirstPosition = Computed,
            PromptLength = request.PromptIds.Length,
        };
    }

    /// <summary>The token after the latest one, while the step that chooses it is under way.</summary>
    /// <param name="row">Its row in that step.</param>
    public StepSlice After(int row) =>
        new() { Blocks = Blocks, Tokens = new[] { -1 - row }, FirstPosition = _tokens.Count, PromptLength = request.PromptIds.Length };

    /// <summary>What decides about the next token.</summary>
    public SamplingRow SamplingRow() => new(request.Sampling, _tokens, request.PromptIds.Length)
    {
        Forbidden = Generated < request.Sampling.MinNewTokens ? [.. request.BadTokenIds, .. request.StopTokenIds] : request.BadTokenIds,
        Allowed = request.Allowed,
        Counts = _counts,
        Rejects = request.Rejects is { } rejects ? id => rejects(_tokens.Skip(request.PromptIds.Length), id) : null,
    };

    /// <summary>Notes that a slice of <see cref="Next"/> was computed.</summary>
    public void Advance(StepSlice slice)
    {
        Computed = slice.Length;
        IsPrefilled |= Missing == 0;
    }

    public void Append(int token) => _tokens.Add(token);

    /// <summary>Evicts the sequence: releases its blocks, to be recomputed later.</summary>
    public void Preempt(BlockPool pool)
    {
        Blocks.ReleaseAll(pool);
        Computed = 0;
        IsPrefilled = false;
        IsRunning = false;
        Lead = null;
        Preemptions++;
        if (!IsStarted)
        {
            foreach (var readout in request.Readouts)
            {
                readout.Reset();
            }
        }
    }
}
