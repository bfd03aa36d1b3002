using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.StepInput;

/// <summary>The tokens of one sequence that a step computes: one when it decodes, a run of the prompt when it prefills.</summary>
internal sealed record StepSlice
{
    public required BlockTable Blocks { get; init; }

    /// <summary>The token ids, in order. In a step that follows an enqueued one, -1 - r for the token that is chosen there in row r.</summary>
    public required ReadOnlyMemory<int> Tokens { get; init; }

    /// <summary>The position of the first of them in its sequence.</summary>
    public required int FirstPosition { get; init; }

    /// <summary>
    /// The length of the prompt. Length-dependent rotary frequencies (dynamic RoPE) use the sequence length at which a token was generated, and at
    /// least this length.
    /// </summary>
    public required int PromptLength { get; init; }

    /// <summary>The length that rotary frequencies are chosen for at one of its tokens: the same, whether it is computed for the first time or again.</summary>
    public int RopeLength(int index) => Math.Max(PromptLength, FirstPosition + index + 1);

    public int Count => Tokens.Length;

    /// <summary>The sequence's length once this step is done.</summary>
    public int Length => FirstPosition + Count;
}
