using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Sampling;

/// <summary>
/// Chooses one token for each row of logits. The order is: <see cref="LogitAdjustment"/>, temperature, top-k, top-p, min-p, draw.
/// Reported log-probabilities are those of the model itself, before any of that.
/// </summary>
/// <remarks>Not thread-safe: it keeps scratch rows.</remarks>
internal sealed class TokenSampler
{
    /// <summary>Up to here it is faster to keep the largest logits in a heap.</summary>
    private const int MostInHeap = 256;

    private readonly ConcurrentBag<TokenSampler> _spare = [];
    private readonly WholeRowSampler _wholeRow = new();
    private float[] _scratch = [];
    private double[] _exponentials = [];

    /// <param name="logits">[rows, vocabulary], float32.</param>
    public IReadOnlyList<SampledToken> Sample(torch.Tensor logits, IReadOnlyList<SamplingRow> rows)
    {
        if (rows.All(row => row.IsPlainArgmax))
        {
            return Argmax(logits);
        }

        using var scope = torch.NewDisposeScope();
        var vocabulary = (int)logits.shape[1];
        return Sample(MemoryMarshal.Cast<byte, float>(logits.to(torch.CPU).contiguous().bytes), vocabulary, rows);
    }

    /// <summary>Chooses a token from each row; the rows are independent of each other, so that all cores share them.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    public unsafe SampledToken[] Sample(ReadOnlySpan<float> logits, int vocabulary, IReadOnlyList<SamplingRow> rows)
    {
        var tokens = new SampledToken[rows.Count];
        fixed (float* first = logits)
        {
            var start = (nint)first;
            Parallel.For(
                0,
                tokens.Length,
                () => _spare.TryTake(out var sampler) ? sampler : new TokenSampler(),
                (i, _, sampler) =>
                {
                    tokens[i] = sampler.Sample(new ReadOnlySpan<float>((float*)start + ((long)i * vocabulary), vocabulary), rows[i]);
                    return sampler;
                },
                _spare.Add);
        }

        return tokens;
    }

    /// <summary>Chooses a token from one row.</summary>
    public SampledToken Sample(ReadOnlySpan<float> logits, SamplingRow row)
    {
        if (_scratch.Length < logits.Length)
        {
            _scratch = new float[logits.Length];
        }

        var adjusted = _scratch.AsSpan(0, logits.Length);
        logits.CopyTo(adjusted);
        LogitAdjustment.Apply(adjusted, row);
        var id = Choose(adjusted, row);
        return new SampledToken(id, row.Parameters.Logprobs is { } count ? Candidates(logits, id, count) : null);
    }

    private static SampledToken[] Argmax(torch.Tensor logits)
    {
        using var scope = torch.NewDisposeScope();
        var ids = MemoryMarshal.Cast<byte, long>(logits.argmax(1).to(torch.CPU).bytes);
        var tokens = new SampledToken[ids.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = new SampledToken((int)ids[i], null);
        }

        return tokens;
    }

    /// <summary>Chooses again, by the same draw, as long as the row rejects what was chosen; when it rejects all, the first choice stands.</summary>
    private int Choose(Span<float> logits, SamplingRow row)
    {
        var first = -1;
        while (true)
        {
            var id = row.Parameters.IsGreedy ? IndexOfLargest(logits) : Draw(logits, row);
            if (row.Rejects?.Invoke(id) != true)
            {
                return id;
            }

            if (float.IsNegativeInfinity(logits[id]))
            {
                return first < 0 ? id : first;
            }

            first = first < 0 ? id : first;
            logits[id] = float.NegativeInfinity;
        }
    }

    /// <summary>Of equal ones the first.</summary>
    private static int IndexOfLargest(ReadOnlySpan<float> values) => TensorPrimitives.IndexOfMax(values);

    private int Draw(Span<float> logits, SamplingRow row)
    {
        var kept = row.Parameters.TopK == 0 ? logits.Length : Math.Min(row.Parameters.TopK, logits.Length);
        if (kept > MostInHeap && !float.IsNegativeInfinity(TensorPrimitives.Max(logits)))
        {
            return _wholeRow.Draw(logits, row);
        }

        var ids = LargestFirst(logits, kept);
        var largest = new float[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            largest[i] = logits[ids[i]];
        }

        return ids[DrawPlace(largest, row)];
    }

    /// <summary>Draws one of those that top-k keeps.</summary>
    /// <param name="logits">Largest first, of equal ones that of the lower id first; with everything applied that comes before the temperature.</param>
    /// <returns>Its place.</returns>
    public static int DrawPlace(ReadOnlySpan<float> logits, SamplingRow row)
    {
        var parameters = row.Parameters;
        var weights = new double[logits.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp((logits[i] - logits[0]) / parameters.Temperature);
        }

        var count = Nucleus(weights, parameters);
        var threshold = Philox.Uniform(parameters.Seed, row.Position) * weights.AsSpan(0, count).ToArray().Sum();
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += weights[i];
            if (sum > threshold)
            {
                return i;
            }
        }

        return count - 1;
    }

    /// <summary>How many of the weights, which fall, top-p and min-p keep; at least one, and no impossible one beside it.</summary>
    private static int Nucleus(double[] weights, SamplingParameters parameters)
    {
        var count = weights.Length;
        if (parameters.TopP < 1)
        {
            var enough = parameters.TopP * weights.Sum();
            var sum = 0.0;
            count = 0;
            do
            {
                sum += weights[count++];
            }
            while (sum < enough && count < weights.Length);
        }

        while (count > 1 && (weights[count - 1] < parameters.MinP * weights[0] || weights[count - 1] == 0))
        {
            count--;
        }

        return count;
    }

    private double LogSumOfExponentials(ReadOnlySpan<float> logits)
    {
        if (_exponentials.Length < logits.Length)
        {
            _exponentials = new double[logits.Length];
        }

        var exponentials = _exponentials.AsSpan(0, logits.Length);
        double highest = TensorPrimitives.Max(logits);
        TensorPrimitives.ConvertSaturating(logits, exponentials);
        TensorPrimitives.Subtract(exponentials, highest, exponentials);
        TensorPrimitives.Exp(exponentials, exponentials);
        return highest + Math.Log(TensorPrimitives.Sum(exponentials));
    }

    /// <summary>The indexes of the largest values, largest first; of equal ones the lower index first.</summary>
    private static int[] LargestFirst(ReadOnlySpan<float> values, int count)
    {
        // The heap's root is the worst that is kept.
        var heap = new PriorityQueue<int, (float Value, int Order)>(count + 1);
        for (var i = 0; i < values.Length; i++)
        {
            if (heap.Count < count)
            {
                heap.Enqueue(i, (values[i], -i));
            }
            else if (heap.TryPeek(out _, out var worst) && values[i] > worst.Value)
            {
                heap.EnqueueDequeue(i, (values[i], -i));
            }
        }

        var result = new int[heap.Count];
        for (var i = result.Length - 1; i >= 0; i--)
        {
            result[i] = heap.Dequeue();
        }

        return result;
    }

    private TokenLogprobs Candidates(ReadOnlySpan<float> logits, int chosen, int count)
    {
        var normalizer = LogSumOfExponentials(logits);
        var ids = count > 0 ? LargestFirst(logits, Math.Min(count, logits.Length)) : [];
        if (!ids.Contains(chosen))
        {
            ids = [.. ids, chosen];
        }

        var result = new TokenLogprobs();
        foreach (var id in ids)
        {
            result.Ids.Add(id);
            result.Logprobs.Add((float)(logits[id] - normalizer));
        }

        return result;
    }
}
