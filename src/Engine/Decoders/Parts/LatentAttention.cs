using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>
/// Multi-head latent attention (MLA) with absorbed projections. The cache holds the latent vector and the rotated key of each token, not keys and
/// values per head. The key projection is applied to the queries and the value projection to the result, which gives the same products.
/// </summary>
/// <param name="queryDown">Hidden to the queries' small vector; null when queries come straight from the hidden state.</param>
/// <param name="queryUp">To the queries of all heads.</param>
/// <param name="keyValueDown">Hidden to the latent vector and the rotated key.</param>
/// <param name="keyUp">[heads, nope, rank]</param>
/// <param name="valueUp">[heads, rank, value size]</param>
internal sealed class LatentAttention(
    AttentionSpec spec,
    LatentSpec latent,
    CachedAttention cached,
    Linear? queryDown,
    INorm? queryNorm,
    Linear queryUp,
    Linear keyValueDown,
    INorm keyValueNorm,
    torch.Tensor keyUp,
    torch.Tensor valueUp,
    Linear output) : IAttention
{
    public torch.Tensor Forward(torch.Tensor x, StepContext step, RotaryAngles? angles)
    {
        using var scope = torch.NewDisposeScope();
        ArgumentNullException.ThrowIfNull(angles);
        var down = keyValueDown.Forward(x);
        var vectors = keyValueNorm.Forward(down.narrow(1, 0, latent.KeyValueRank)).unsqueeze(1);
        var rotatedKeys = angles.Rotate(down.narrow(1, latent.KeyValueRank, latent.RopeDim).unsqueeze(1));
        var keys = torch.cat([vectors, rotatedKeys], 2);

        var queries = Queries(x).view(-1, spec.Heads, latent.QueryHeadDim);
        var absorbed = queries.narrow(2, 0, latent.NopeDim).transpose(0, 1).matmul(keyUp).transpose(0, 1);
        var rotatedQueries = angles.Rotate(queries.narrow(2, latent.NopeDim, latent.RopeDim));

        var attended = cached.Forward(torch.cat([absorbed, rotatedQueries], 2), keys, keys, step).view(-1, spec.Heads, spec.HeadDim);
        var values = attended.narrow(2, 0, latent.KeyValueRank).transpose(0, 1).matmul(valueUp).transpose(0, 1);
        return output.Forward(values.reshape(-1, spec.Heads * latent.ValueDim)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        cached.Dispose();
        queryDown?.Dispose();
        queryNorm?.Dispose();
        queryUp.Dispose();
        keyValueDown.Dispose();
        keyValueNorm.Dispose();
        keyUp.Dispose();
        valueUp.Dispose();
        output.Dispose();
    }

    private torch.Tensor Queries(torch.Tensor x) =>
        queryUp.Forward(queryDown is not null && queryNorm is not null ? queryNorm.Forward(queryDown.Forward(x)) : x);
}
