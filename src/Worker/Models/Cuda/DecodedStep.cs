using LmDeploy.Worker.Kernels;
using TorchSharp;

namespace LmDeploy.Worker.Models.Cuda;

/// <summary>What came out of a step that only decodes. Good until the next step.</summary>
/// <param name="mostProbable">One token a row.</param>
/// <param name="candidates">[rows, <see cref="TokenCandidates.Integers"/>]; empty when they were not asked for.</param>
/// <param name="logits">[rows, vocabulary], in the engine's type.</param>
/// <param name="cap">What logits are bent by; null for nothing.</param>
internal readonly ref struct DecodedStep(ReadOnlySpan<int> mostProbable, ReadOnlySpan<int> candidates, torch.Tensor? logits, double? cap)
{
    private readonly ReadOnlySpan<int> _candidates = candidates;

    /// <summary>Whether the step was of another kind and did not run.</summary>
    public bool IsEmpty => MostProbable.IsEmpty;

    public ReadOnlySpan<int> MostProbable { get; } = mostProbable;

    /// <summary>The largest logits of a row, largest first; null when they are not among those that came back.</summary>
    public (int[] Ids, float[] Logits)? Candidates(int row)
    {
        var read = TokenCandidates.Read(_candidates.Slice(row * TokenCandidates.Integers, TokenCandidates.Integers));
        return read is { } found && cap is { } bound ? (found.Ids, [.. found.Logits.Select(logit => (float)(bound * Math.Tanh(logit / bound)))]) : read;
    }

    /// <summary>All logits of a row.</summary>
    /// <returns>[1, vocabulary], float32, on the device.</returns>
    public torch.Tensor Logits(int row) => Decoder.Wide(logits!.narrow(0, row, 1), cap);
}
