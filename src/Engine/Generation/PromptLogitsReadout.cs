using System.Threading.Channels;
using Google.Protobuf;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Scheduling;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Generation;

/// <summary>
/// Writes the logits after each token of a prompt but the last to a call's event channel as they come; rows that are computed again are not written again.
/// </summary>
/// <param name="index">The position of the prompt in the call.</param>
/// <param name="length">Tokens of the prompt.</param>
internal sealed class PromptLogitsReadout(int index, int length, ChannelWriter<GenerationEvent> events) : IReadout
{
    /// <summary>What one event has at the most, unless one row is more.</summary>
    private const int EventBytes = 1 << 20;

    private int _written;

    public int From => 0;

    public int End => length - 1;

    public void Read(Decoder decoder, torch.Tensor hidden, int position)
    {
        var end = position + (int)hidden.shape[0];
        var most = Math.Max(1, EventBytes / (decoder.Spec.VocabSize * sizeof(float)));
        while (_written < end)
        {
            using var scope = torch.NewDisposeScope();
            var rows = Math.Min(most, end - _written);
            var logits = decoder.Logits(hidden.narrow(0, _written - position, rows)).to(torch.CPU).contiguous();
            events.TryWrite(new GenerationEvent
            {
                Index = index,
                PromptLogits = new PromptLogits { First = _written, Rows = rows, Logits = ByteString.CopyFrom(logits.bytes) },
            });
            _written += rows;
        }
    }

    public void Reset()
    {
    }
}
