using TorchSharp;

namespace LmDeploy.Engine.Decoders.Sources;

/// <summary>Where the numbers of a model come from. The engine's thread alone may use it.</summary>
internal interface IWeightSource : IDisposable
{
    /// <summary>Where the tensors are that it fills.</summary>
    torch.Device Device { get; }

    /// <summary>The bytes that were read so far.</summary>
    long ReadBytes { get; }

    /// <summary>Whether a matrix comes as [outputs, inputs] although plain checkpoints of its family have it the other way round.</summary>
    bool IsOutputsFirst(string name);

    /// <summary>Fills a tensor. The copy may be asynchronous: see <see cref="Await"/>.</summary>
    /// <param name="target">Contiguous; it must stay until it is complete.</param>
    /// <exception cref="LmDeploy.Text.Errors.EngineException">What there is cannot fill it.</exception>
    void Fill(torch.Tensor target, string name);

    /// <summary>Waits until a tensor, or what it is a view of, is complete.</summary>
    void Await(torch.Tensor tensor);

    /// <summary>Waits until all tensors are complete.</summary>
    void Complete();
}
