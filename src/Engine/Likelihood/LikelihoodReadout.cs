using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Scheduling;
using TorchSharp;

namespace LmDeploy.Engine.Likelihood;

/// <summary>Reads how probable the tokens of a continuation are, and whether each is the most probable one.</summary>
/// <param name="ids">Prompt and continuation.</param>
/// <param name="first">Where the continuation begins, at least 1: each token is foreseen by the hidden state before it.</param>
internal sealed class LikelihoodReadout(int[] ids, int first) : IReadout
{
    /// <summary>Rows of logits made at once; bounds memory with large vocabularies.</summary>
    private const int LogitRows = 256;

    private readonly List<double> _logprobs = [];

    public int From => first - 1;

    public int End => ids.Length - 1;

    public ReadOnlySpan<int> TokenIds => ids.AsSpan(first);

    /// <summary>The log-probability of each token of the continuation.</summary>
    public IReadOnlyList<double> Logprobs => _logprobs;

    public bool IsGreedy { get; private set; } = true;

    public void Read(Decoder decoder, torch.Tensor hidden, int position)
    {
        var rows = (int)hidden.shape[0];
        for (var row = 0; row < rows; row += LogitRows)
        {
            using var scope = torch.NewDisposeScope();
            var count = Math.Min(LogitRows, rows - row);
            Read(decoder.Logits(hidden.narrow(0, row, count)), ids.AsSpan(position + row + 1, count));
        }
    }

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
