using LmDeploy.Engine.Scheduling;

namespace LmDeploy.Engine.Embeddings;

/// <summary>Makes one vector of the hidden states of a prompt.</summary>
internal interface IPooling : IReadout
{
    /// <summary>The vector, as long as a hidden state, once all are read.</summary>
    float[] Vector { get; }
}
