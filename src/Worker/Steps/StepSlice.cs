using LmDeploy.Worker.Cache;

namespace LmDeploy.Worker.Steps;

/// <summary>The tokens of one sequence that a step computes: one when it decodes, a run of the prompt when it prefills.</summary>
internal sealed record StepSlice
{
    public required BlockTable Blocks { get; init; }

    /// <summary>The token ids, in order.</summary>
    public required ReadOnlyMemory<int> Tokens { get; init; }

    /// <summary>The position of the first of them in its sequence.</summary>
    public required int FirstPosition { get; init; }

    /// <summary>The length that rotary frequencies are chosen for: the whole prompt while it is prefilled, then the sequence so far.</summary>
    public required int RopeLength { get; init; }

    public int Count => Tokens.Length;

    /// <summary>The sequence's length once this step is done.</summary>
    public int Length => FirstPosition + Count;
}
