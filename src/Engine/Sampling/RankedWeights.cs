using System.Numerics.Tensors;

namespace LmDeploy.Engine.Sampling;

/// <summary>
/// The tokens of a row ranked by logit, largest first, without sorting. Equal logits rank by the lower id. Radix selection on the bits of the logits
/// finds a rank or a sum of weights in linear time. Not thread-safe; reused row after row.
/// </summary>
/// <remarks>Radix selection: Alabi et al., "Fast k-selection algorithms for graphics processing units", 2012, section 3.</remarks>
internal sealed class RankedWeights
{
    private const int BitsOfLevel = 11;
    private const int Buckets = 1 << BitsOfLevel;
    private const int KeyBits = 32;

    /// <summary>Tokens that go through all of <see cref="Load"/> while they are in the first-level cache.</summary>
    private const int Block = 1024;

    private readonly Bucket[] _first = new Bucket[Buckets];
    private readonly Bucket[] _second = new Bucket[Buckets];
    private readonly float[] _below = new float[Block];
    private uint[] _keys = [];
    private double[] _weights = [];
    private int[] _members = [];
    private int _length;

    /// <summary>Whether the tokens up to a rank are enough.</summary>
    /// <param name="count">How many they are.</param>
    /// <param name="sum">Of their weights.</param>
    public delegate bool Enough(int count, double sum);

    /// <summary>Takes a row: each token's weight is its probability against that of the most probable one.</summary>
    public void Load(ReadOnlySpan<float> logits, double temperature)
    {
        _length = logits.Length;
        if (_keys.Length < _length)
        {
            (_keys, _weights, _members) = (new uint[_length], new double[_length], new int[_length]);
        }

        Array.Clear(_first);
        Array.Clear(_second);
        var largest = TensorPrimitives.Max(logits);
        for (var start = 0; start < _length; start += Block)
        {
            var end = Math.Min(_length, start + Block);
            LoadBlock(logits[start..end], _weights.AsSpan(start..end), _keys.AsSpan(start..end), largest, temperature);
        }

        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            _first[bucket].Count += _second[bucket].Count;
            _first[bucket].Sum += _second[bucket].Sum;
        }

        Sum = 0;
        foreach (var bucket in _first)
        {
            Sum += bucket.Sum;
        }
    }

    /// <summary>Of all tokens.</summary>
    public double Sum { get; private set; }

    /// <summary>Whether a token's weight is that of an impossible one.</summary>
    public bool IsImpossible(int id) => _weights[id] == 0;

    /// <summary>How many tokens have this weight or more, and are not impossible.</summary>
    public int CountFrom(double weight)
    {
        var count = 0;
        foreach (var own in _weights.AsSpan(0, _length))
        {
            count += own >= weight && own > 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>The first token that is enough with those before it; the last one when none is.</summary>
    /// <param name="enough">Once true for some tokens, it is so for more.</param>
    public (int Id, int Count, double Sum) Find(Enough enough)
    {
        var (count, sum) = (0, 0.0);
        var members = Span<int>.Empty;
        for (var (shift, level) = (KeyBits - BitsOfLevel, 0); ; level++)
        {
            var bucket = Choose(level == 0 ? _first : Histogram(members, shift), enough, ref count, ref sum);
            members = level == 0 ? Gather(bucket) : Keep(members, shift, bucket);
            if (shift == 0)
            {
                break;
            }

            shift = Math.Max(0, shift - BitsOfLevel);
        }

        // All of them are equal, and in the order of their ids.
        for (var i = 0; ; i++)
        {
            count++;
            sum += _weights[members[i]];
            if (i == members.Length - 1 || enough(count, sum))
            {
                return (members[i], count, sum);
            }
        }
    }

    /// <summary>Falls as the logit grows. Both zeros are one.</summary>
    private static uint KeyOf(float logit)
    {
        var bits = BitConverter.SingleToInt32Bits(logit + 0f);
        return ~(uint)(bits ^ ((bits >> (KeyBits - 1)) | int.MinValue));
    }

    /// <summary>The bucket in which there is enough, or the last that has any; adds up those before it.</summary>
    private static int Choose(Bucket[] buckets, Enough enough, ref int count, ref double sum)
    {
        var last = Array.FindLastIndex(buckets, bucket => bucket.Count > 0);
        for (var i = 0; i < last; i++)
        {
            if (buckets[i].Count > 0)
            {
                if (enough(count + buckets[i].Count, sum + buckets[i].Sum))
                {
                    return i;
                }

                count += buckets[i].Count;
                sum += buckets[i].Sum;
            }
        }

        return last;
    }

    private static int BucketOf(uint key, int shift) => (int)(key >> shift) & (Buckets - 1);

    /// <summary>Two histograms by turns, because most logits that follow one another are near: adding to a sum that was just written waits for it.</summary>
    private void LoadBlock(ReadOnlySpan<float> logits, Span<double> weights, Span<uint> keys, float largest, double temperature)
    {
        var below = _below.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, largest, below);
        TensorPrimitives.ConvertSaturating(below, weights);
        TensorPrimitives.Multiply(weights, 1 / temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        Bucket[] one = _first, other = _second;
        for (var i = 0; i < keys.Length; i++)
        {
            var key = KeyOf(logits[i]);
            keys[i] = key;
            ref var bucket = ref one[key >> (KeyBits - BitsOfLevel)];
            bucket.Count++;
            bucket.Sum += weights[i];
            (one, other) = (other, one);
        }
    }

    private Bucket[] Histogram(ReadOnlySpan<int> members, int shift)
    {
        Array.Clear(_second);
        foreach (var id in members)
        {
            ref var bucket = ref _second[BucketOf(_keys[id], shift)];
            bucket.Count++;
            bucket.Sum += _weights[id];
        }

        return _second;
    }

    private Span<int> Gather(int bucket)
    {
        var count = 0;
        var keys = _keys.AsSpan(0, _length);
        for (var i = 0; i < keys.Length; i++)
        {
            _members[count] = i;
            count += keys[i] >> (KeyBits - BitsOfLevel) == bucket ? 1 : 0;
        }

        return _members.AsSpan(0, count);
    }

    private Span<int> Keep(Span<int> members, int shift, int bucket)
    {
        var count = 0;
        foreach (var id in members)
        {
            if (BucketOf(_keys[id], shift) == bucket)
            {
                _members[count++] = id;
            }
        }

        return _members.AsSpan(0, count);
    }

    /// <summary>The tokens whose keys have the same bits at a level.</summary>
    private struct Bucket
    {
        public double Sum;
        public int Count;
    }
}
