using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using TorchSharp;

namespace LmDeploy.Engine.Embeddings;

/// <summary>The hidden state of the last token, which has seen all others.</summary>
/// <param name="length">Tokens of the prompt.</param>
internal sealed class LastPooling(int length) : IPooling
{
    public int From => length - 1;

    public int End => length;

    public float[] Vector { get; private set; } = [];

    public void Read(Decoder decoder, torch.Tensor hidden, int position) =>
        Vector = MemoryMarshal.Cast<byte, float>(hidden.to(torch.float32).to(torch.CPU).contiguous().bytes).ToArray();

    public void Reset()
    {
    }
}
