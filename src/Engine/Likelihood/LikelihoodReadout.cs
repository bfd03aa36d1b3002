using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Scheduling;
using TorchSharp;

namespace LmDeploy.Engine.Likelihood;

/// <summary>Reads the log-probabilities of given tokens, of a prompt or of a continuation after it, and whether each is the most probable one.</summary>
/// <param name="ids">All tokens.</param>
/// <param name="first">Where those to score begin, at least 1: each token is predicted by the hidden state before it.</param>
internal sealed class LikelihoodReadout(int[] ids, int first) : IReadout
{
    private readonly List<double> _logprobs = [];

    public int From => first - 1;

    public int End => ids.Length - 1;

    public ReadOnlySpan<int> TokenIds => ids.AsSpan(first);

    /// <summary>The log-probability of each of these tokens, natural logarithm.</summary>
    public IReadOnlyList<double> Logprobs => _logprobs;

    public bool IsGreedy { get; private set; } = true;

    public void Read(Decoder decoder, torch.Tensor hidden, int position) =>
        LogitChunks.ForEach(decoder, hidden, (logits, row) => Read(logits, ids.AsSpan(position + row + 1, (int)logits.shape[0])));

    public void Reset()
    {
        _logprobs.Clear();
        IsGreedy = true;
    }

    private void Read(torch.Tensor logits, ReadOnlySpan<int> tokens)
    {
        var targets = new long[tokens.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = tokens[i];
        }

        var index = torch.tensor(targets).to(logits.device).unsqueeze(1);
        var chosen = torch.nn.functional.log_softmax(logits, 1).gather(1, index).squeeze(1).to(torch.CPU).contiguous();
        foreach (var logprob in MemoryMarshal.Cast<byte, float>(chosen.bytes))
        {
            _logprobs.Add(logprob);
        }

        IsGreedy &= MemoryMarshal.Cast<byte, long>(logits.argmax(1).to(torch.CPU).bytes).SequenceEqual(targets);
    }
}
