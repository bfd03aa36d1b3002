using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using TorchSharp;

namespace LmDeploy.Engine.Embeddings;

/// <summary>
/// The mean of the hidden states of all tokens, special ones included. They come in pieces as the prompt is prefilled, and none from the prefix cache.
/// </summary>
/// <param name="length">Tokens of the prompt.</param>
internal sealed class MeanPooling(int length) : IPooling
{
    private double[] _sum = [];

    public int From => 0;

    public int End => length;

    public float[] Vector => Array.ConvertAll(_sum, sum => (float)(sum / length));

    public void Read(Decoder decoder, torch.Tensor hidden, int position)
    {
        var piece = MemoryMarshal.Cast<byte, float>(hidden.to(torch.float32).sum(dim: 0L).to(torch.CPU).contiguous().bytes);
        _sum = _sum.Length == 0 ? new double[piece.Length] : _sum;
        for (var i = 0; i < piece.Length; i++)
        {
            _sum[i] += piece[i];
        }
    }

    public void Reset() => _sum = [];
}
