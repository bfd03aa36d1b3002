using LmDeploy.Engine.Decoders;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Reads hidden states of a prompt while they are computed, for log-probabilities, embeddings or scores. The engine's thread calls it.</summary>
internal interface IReadout
{
    /// <summary>The first position whose hidden state is wanted: what is before it may come from the prefix cache.</summary>
    int From { get; }

    /// <summary>The position after the last one that is wanted.</summary>
    int End { get; }

    /// <summary>Takes the next positions, each once and in their order.</summary>
    /// <param name="hidden">[positions, hidden], normalized.</param>
    /// <param name="position">The first of them.</param>
    void Read(Decoder decoder, torch.Tensor hidden, int position);

    /// <summary>Resets the readout: the prompt is prefilled again after an eviction.</summary>
    void Reset();
}
