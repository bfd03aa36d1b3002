using TorchSharp;

namespace LmDeploy.Engine.Decoders.Parts;

/// <summary>Makes a score of a hidden state. Owns its layers.</summary>
internal sealed class ScoreHead(IReadOnlyList<Linear> layers) : IDisposable
{
    /// <param name="hidden">[rows, hidden]</param>
    /// <returns>[rows], float32</returns>
    public torch.Tensor Forward(torch.Tensor hidden)
    {
        using var scope = torch.NewDisposeScope();
        var x = layers[0].Forward(hidden);
        foreach (var layer in layers.Skip(1))
        {
            x = layer.Forward(torch.nn.functional.relu(x));
        }

        return x.squeeze(1).to(torch.float32).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var layer in layers)
        {
            layer.Dispose();
        }
    }
}
