using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Scheduling;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Generation;

/// <summary>Reads the most probable tokens at each prompt position except the first.</summary>
/// <param name="length">Tokens of the prompt.</param>
/// <param name="count">How many candidates are wanted in each place, at least 1.</param>
internal sealed class PromptCandidatesReadout(int length, int count) : IReadout
{
    private readonly List<TokenLogprobs> _candidates = [];

    public int From => 0;

    public int End => length - 1;

    /// <summary>For each prompt token but the first, most probable first.</summary>
    public IReadOnlyList<TokenLogprobs> Candidates => _candidates;

    public void Read(Decoder decoder, torch.Tensor hidden, int position) =>
        LogitChunks.ForEach(decoder, hidden, (logits, _) => Read(torch.nn.functional.log_softmax(logits, 1)));

    public void Reset() => _candidates.Clear();

    private void Read(torch.Tensor logprobs)
    {
        var most = (int)Math.Min(count, logprobs.shape[1]);
        var (values, indices) = logprobs.topk(most, 1);
        var highest = MemoryMarshal.Cast<byte, float>(values.to(torch.float32).to(torch.CPU).contiguous().bytes);
        var ids = MemoryMarshal.Cast<byte, long>(indices.to(torch.CPU).contiguous().bytes);
        for (var start = 0; start < highest.Length; start += most)
        {
            var place = new TokenLogprobs();
            for (var i = start; i < start + most; i++)
            {
                place.Ids.Add((int)ids[i]);
                place.Logprobs.Add(highest[i]);
            }

            _candidates.Add(place);
        }
    }
}
