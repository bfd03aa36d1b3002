using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>What to score: with a continuation its tokens after the whole prompt; without one, every prompt token but the first.</summary>
public sealed record ScoreInput
{
    /// <summary>Makes an input.</summary>
    /// <param name="prompt">What comes before.</param>
    /// <param name="continuation">What is scored; null for the prompt itself.</param>
    public ScoreInput(Prompt prompt, Continuation? continuation = null)
    {
        Prompt = Ensure.NotNull(prompt, nameof(prompt));
        Continuation = continuation;
    }

    /// <summary>What comes before.</summary>
    public Prompt Prompt { get; init => field = Ensure.NotNull(value); }

    /// <summary>What is scored; null for the prompt itself.</summary>
    public Continuation? Continuation { get; init; }
}
