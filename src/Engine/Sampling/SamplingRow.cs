using LmDeploy.Text.Guided;
namespace LmDeploy.Engine.Sampling;

/// <summary>One row of logits and what decides about it.</summary>
/// <param name="Context">Prompt and generated tokens, for the penalties.</param>
/// <param name="PromptLength">How many of the context are the prompt's.</param>
internal sealed record SamplingRow(SamplingParameters Parameters, IReadOnlyList<int> Context, int PromptLength)
{
    /// <summary>Of the context; kept from step to step.</summary>
    public ContextCounts Counts { get; init; } = new(PromptLength);

    /// <summary>Tokens that may not be chosen now.</summary>
    public IReadOnlyCollection<int> Forbidden { get; init; } = [];

    /// <summary>The only tokens that may be chosen now, as far as they are not forbidden; null for all.</summary>
    public TokenMask? Allowed { get; init; }

    /// <summary>Rejects a chosen token that is only known to be forbidden when it is looked at; null when nothing is rejected.</summary>
    public Func<int, bool>? Rejects { get; init; }

    /// <summary>The position of the token to choose; the counter of the draw.</summary>
    public int Position { get; init; } = Context.Count;

    public bool IsPlainArgmax => Parameters.IsPlainArgmax && Forbidden.Count == 0 && Allowed is null && Rejects is null;
}
