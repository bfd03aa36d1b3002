using LmDeploy.Engine.Tensors;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Cosine and sine for each row of a step. Belongs to the dispose scope it is made in.</summary>
/// <param name="Cosine">[rows, 1, rotated dimensions / 2]</param>
/// <param name="Sine">As the cosine.</param>
/// <param name="Interleaved">
/// Whether the pairs that are rotated are neighbours rather than halves apart. The result is in halves either way: queries and keys
/// are reordered alike, so their products stay the same.
/// </param>
internal sealed record RotaryAngles(torch.Tensor Cosine, torch.Tensor Sine, bool Interleaved)
{
    /// <summary>Rotates the first dimensions of each head and leaves the others alone.</summary>
    /// <param name="x">[rows, heads, head size]</param>
    public torch.Tensor Rotate(torch.Tensor x)
    {
        using var scope = torch.NewDisposeScope();
        var half = Cosine.shape[2];
        var (first, second) = Interleaved ? (Every(x, 0, half), Every(x, 1, half)) : (x.narrow(2, 0, half), x.narrow(2, half, half));
        var parts = new List<torch.Tensor> { (first * Cosine) - (second * Sine), (second * Cosine).Plus(first * Sine) };
        if (x.shape[2] > 2 * half)
        {
            parts.Add(x.narrow(2, 2 * half, x.shape[2] - (2 * half)));
        }

        return torch.cat(parts, 2).MoveToOuterDisposeScope();
    }

    private static torch.Tensor Every(torch.Tensor x, long first, long half) => x.slice(2, first, 2 * half, 2);
}
