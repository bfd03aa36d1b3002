using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>Intermediate results of a step with up to a number of rows.</summary>
/// <param name="Experts">Null where experts do not run in kernels.</param>
internal sealed record StepBuffers(
    StepRows X, StepRows Normed, StepRows Qkv, StepRows Attended, StepRows GateUp, StepRows Gated, StepRows Delta, ExpertBuffers? Experts) : IDisposable
{
    /// <remarks>Its tensors belong to the current dispose scope.</remarks>
    public static StepBuffers Allocate(int rows, DecoderSpec spec, torch.ScalarType dtype, torch.Device device, bool withExperts)
    {
        var attention = spec.Attention;
        var inner = spec.Moe?.SparseLayers.All(isSparse => isSparse) == true ? 0 : spec.IntermediateSize;
        return new StepBuffers(
            Rows(spec.HiddenSize), Rows(spec.HiddenSize), Rows(attention.QuerySize + (2 * attention.KeyValueSize)), Rows(attention.QuerySize),
            Rows(2 * inner), Rows(inner), Rows(spec.HiddenSize),
            withExperts ? ExpertBuffers.Allocate(rows, spec, dtype, device) : null);

        StepRows Rows(int values) => new(torch.empty([rows, values], dtype: dtype, device: device));
    }

    /// <summary>Detaches the tensors from the current dispose scope; the caller disposes them.</summary>
    public StepBuffers Keep()
    {
        foreach (var rows in All())
        {
            rows.Tensor.DetachFromDisposeScope();
        }

        return this;
    }

    public void Dispose()
    {
        foreach (var rows in All())
        {
            rows.Tensor.Dispose();
        }
    }

    private IEnumerable<StepRows> All() => [X, Normed, Qkv, Attended, GateUp, Gated, Delta, .. Experts?.All() ?? []];

    /// <summary>The first rows of the same memory.</summary>
    /// <remarks>Its tensors belong to the current dispose scope.</remarks>
    public StepBuffers First(int rows)
    {
        return new StepBuffers(Of(X), Of(Normed), Of(Qkv), Of(Attended), Of(GateUp), Of(Gated), Of(Delta), Experts?.First(rows));

        StepRows Of(StepRows all) => new(all.Tensor.narrow(0, 0, rows));
    }
}
