using LmDeploy.Engine.Sampling;
using LmDeploy.Text.Guided;
using LmDeploy.V1;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Work for the engine: a prompt to prefill and, after it, tokens to generate. The engine's thread makes the callbacks.</summary>
internal abstract class EngineRequest
{
    /// <summary>Names the request in the flight record; 0 for none.</summary>
    public ulong Id => Origin.Id;

    /// <summary>Default: a caller of its own, who shares with all that have no salt.</summary>
    public RequestOrigin Origin { get; init; } = new(new object(), 0);

    /// <summary>How many tokens of the prompt were computed for others before. Known when it is prefilled.</summary>
    public int CachedTokens { get; set; }

    public required int[] PromptIds { get; init; }

    /// <summary>Tokens that were generated before, in another process perhaps; they follow the prompt and count as generated.</summary>
    public int[] ResumedIds { get; init; } = [];

    public required SamplingParameters Sampling { get; init; }

    /// <summary>0 for a prompt that is only read out.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>What is read from the prompt's hidden states.</summary>
    public IReadOnlyList<IReadout> Readouts { get; init; } = [];

    /// <summary>Tokens that end the generation.</summary>
    public required IReadOnlySet<int> StopTokenIds { get; init; }

    /// <summary>Tokens that are never chosen.</summary>
    public IReadOnlyCollection<int> BadTokenIds { get; init; } = [];

    public CancellationToken CancellationToken { get; init; }

    /// <summary>Whether <see cref="Rejects"/> or <see cref="Allowed"/> may be there.</summary>
    public virtual bool IsRestricted => false;

    /// <summary>Says of a token that would be chosen whether it may not be; null when all may.</summary>
    /// <remarks>Its arguments are the generated tokens so far, and the one that would follow.</remarks>
    public virtual Func<IEnumerable<int>, int, bool>? Rejects => null;

    /// <summary>The only tokens that may follow now; null for all.</summary>
    public virtual TokenMask? Allowed => null;

    /// <summary>Finds out what <see cref="Allowed"/> is now, or a part of it.</summary>
    /// <param name="work">How many bytes may be followed for it from one known state to the next, or what takes as long; lowered by what was.</param>
    /// <returns>Whether it is known, or never will be: then there is a <see cref="Failure"/>.</returns>
    public virtual bool PrepareAllowed(ref long work) => true;

    /// <summary>Whether no token may follow, once <see cref="Allowed"/> is known.</summary>
    public virtual bool IsOver => false;

    /// <summary>Why it cannot go on, where <see cref="OnToken"/> or <see cref="IsOver"/> said that the text ends; null where it ends well.</summary>
    public virtual Error? Failure => null;

    /// <summary>Whether <see cref="OnLogits"/> is called.</summary>
    public virtual bool WantsLogits => false;

    /// <summary>
    /// The logits that the next token is chosen from, as the model gives them: float32, one for each token of the vocabulary. Comes before
    /// <see cref="OnToken"/>.
    /// </summary>
    public virtual void OnLogits(ReadOnlySpan<byte> logits)
    {
    }

    /// <summary>The whole prompt is computed and read out, and with it what was generated before.</summary>
    public abstract void OnPrefilled();

    /// <summary>A token was chosen.</summary>
    /// <param name="isStopToken">Whether it ends the generation.</param>
    /// <returns>Whether the text ends here for a reason of its own.</returns>
    public abstract bool OnToken(SampledToken token, bool isStopToken);

    /// <summary>The last callback.</summary>
    public abstract void OnFinished(FinishReason reason, Error? error);
}
