using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Tests.Scheduling;

/// <summary>A device that writes down which token each slot of the cache holds, and whose next token follows from all that a sequence sees of them.</summary>
internal sealed class WrittenQueue(int window) : IStepQueue
{
    private const int Vocabulary = 7;

    private readonly Dictionary<long, int> _cache = [];
    private readonly HashSet<int> _recorded = [];
    private int[] _chosen = [];

    /// <summary>Rows of every enqueued step, and how many of them took their token from the step before.</summary>
    public List<(int Rows, int Ahead)> Enqueued { get; } = [];

    /// <summary>What follows the tokens that are seen.</summary>
    public static int Following(IEnumerable<int> seen) => seen.Aggregate(1, (sum, token) => ((sum * 31) + token) % 10_007) % Vocabulary;

    /// <summary>What comes after a prompt.</summary>
    public static int[] Answer(int[] prompt, int length, int window)
    {
        var tokens = prompt.ToList();
        while (tokens.Count < prompt.Length + length)
        {
            tokens.Add(Following(tokens.TakeLast(window)));
        }

        return [.. tokens.Skip(prompt.Length)];
    }

    public bool IsRecorded(StepBatch batch) => _recorded.Contains(batch.Rows);

    public IStepOutcome? TryEnqueue(StepBatch batch, bool withCandidates)
    {
        Enqueued.Add((batch.Rows, batch.Slices.Count(slice => slice.Tokens.Span[0] < 0)));
        if (batch.Rows == batch.Slices.Count)
        {
            _recorded.Add(batch.Rows);
        }

        _chosen = [.. batch.Slices.Select(Compute)];
        return new Step(_chosen);
    }

    public void Copy(long from, long to, int slots)
    {
        for (var slot = 0; slot < slots; slot++)
        {
            _cache[to + slot] = _cache[from + slot];
        }
    }

    /// <returns>The token after the slice.</returns>
    public int Compute(StepSlice slice)
    {
        for (var i = 0; i < slice.Count; i++)
        {
            var token = slice.Tokens.Span[i];
            _cache[slice.Blocks.Slot(slice.FirstPosition + i)] = token < 0 ? _chosen[-1 - token] : token;
        }

        var first = Math.Max(0, slice.Length - window);
        return Following(Enumerable.Range(first, slice.Length - first).Select(position => _cache[slice.Blocks.Slot(position)]));
    }

    private sealed class Step(int[] chosen) : IStepOutcome
    {
        private bool _isDone;

        public ReadOnlySpan<int> MostProbable => _isDone ? chosen : throw new InvalidOperationException("It was not waited for.");

        public void Wait() => _isDone = true;

        public (int[] Ids, float[] Logits)? Candidates(int row) => ([MostProbable[row], (MostProbable[row] + 1) % Vocabulary], [100, 0]);

        public ReadOnlySpan<float> Logits(ReadOnlySpan<int> rows)
        {
            var logits = new float[rows.Length * Vocabulary];
            for (var i = 0; i < rows.Length; i++)
            {
                logits[(i * Vocabulary) + MostProbable[rows[i]]] = 100;
            }

            return logits;
        }
    }
}
