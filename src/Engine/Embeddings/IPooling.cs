using LmDeploy.Engine.Scheduling;

namespace LmDeploy.Engine.Embeddings;

/// <summary>Pools the hidden states of a prompt into one vector.</summary>
internal interface IPooling : IReadout
{
    /// <summary>The vector, as long as a hidden state, once all are read.</summary>
    float[] Vector { get; }
}
