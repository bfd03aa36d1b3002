using LmDeploy.Engine.Cache;
using LmDeploy.Engine.StepInput;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>The forward pass of a decoder, in one of its forms: libtorch's operators or kernels of our own. The engine's thread alone may use it.</summary>
internal interface IForward : IDisposable
{
    /// <summary>Runs one step and writes its keys and values to the cache.</summary>
    /// <param name="flight">Records progress after each layer; null for none.</param>
    /// <returns>The normalized hidden states [rows, hidden], from which <see cref="Logits"/> makes logits.</returns>
    torch.Tensor Forward(StepBatch batch, KeyValueCache cache, FlightRecord? flight);

    /// <param name="hidden">[rows, hidden], of <see cref="Forward"/>.</param>
    /// <returns>[rows, vocabulary], in the engine's type and not capped.</returns>
    torch.Tensor Logits(torch.Tensor hidden);

    /// <inheritdoc cref="IStepQueue.IsRecorded"/>
    bool IsRecorded(StepBatch batch) => false;

    /// <inheritdoc cref="IStepQueue.TryEnqueue"/>
    IStepOutcome? TryEnqueue(StepBatch batch, KeyValueCache cache, bool withCandidates) => null;
}
