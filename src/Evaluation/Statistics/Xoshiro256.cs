using System.Numerics;

namespace LmDeploy.Evaluation.Statistics;

/// <summary>
/// xoshiro256** 1.0 of Blackman and Vigna, its state filled by SplitMix64 as they advise. Numbers that are drawn here are the same on every machine
/// and in every version of .NET, which <see cref="Random"/> does not promise.
/// </summary>
internal struct Xoshiro256
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public Xoshiro256(int seed)
    {
        var state = (ulong)seed;
        (_a, _b, _c, _d) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number from 0 that is less than <paramref name="end"/>: the upper half of a product, no further from uniform than end / 2^64.</summary>
    public int NextBelow(int end) => (int)Math.BigMul(Next(), (ulong)end, out _);

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
