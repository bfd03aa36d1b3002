using LmDeploy.Engine.Decoders;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Makes the logits of many positions a few at a time, which bounds memory with large vocabularies.</summary>
internal static class LogitChunks
{
    private const int Rows = 256;

    /// <param name="hidden">[positions, hidden], normalized.</param>
    /// <param name="read">Gets logits, [rows, vocabulary], and which of the positions is the first of them. What it makes is disposed after it.</param>
    public static void ForEach(Decoder decoder, torch.Tensor hidden, Action<torch.Tensor, int> read)
    {
        var rows = (int)hidden.shape[0];
        for (var row = 0; row < rows; row += Rows)
        {
            using var scope = torch.NewDisposeScope();
            read(decoder.Logits(hidden.narrow(0, row, Math.Min(Rows, rows - row))), row);
        }
    }
}
