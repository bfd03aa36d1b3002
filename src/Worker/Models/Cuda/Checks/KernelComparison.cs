using System.Runtime.InteropServices;
using LmDeploy.Worker.Kernels;
using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models.Cuda.Checks;

/// <summary>Runs each kernel of one compilation on a device, and its twin on the CPU.</summary>
internal sealed class KernelComparison(ICheckedKernels kernels, torch.Device device)
{
    private const float Epsilon = 1e-5f;

    private readonly KernelDefinitions _sizes = kernels.Sizes;
    private readonly CheckData _data = new(kernels.Sizes.Dtype);

    /// <summary>Those that there are only with experts.</summary>
    private static readonly IReadOnlyList<string> ForExperts = ["route", "experts_gate_up", "experts_gate_up_wide", "experts_down", "experts_down_wide", "mix"];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> Kernels { get; } = ["embed", "add_norm", "rope_to_cache", "decode_attention", "gate", "gemv", "gemv_gate", "argmax", "candidates", .. ForExperts];

    /// <returns>The name of each kernel that was compiled with its largest difference.</returns>
    public IEnumerable<(string Kernel, double Difference)> Run()
    {
        Func<double>[] plain = [Embed, AddNorm, RopeToCache, Attention, Gate, Gemv, GemvGate, Argmax, Candidates];
        var comparisons = _sizes.Experts > 0 ? [.. plain, .. new ExpertComparison(kernels, device, _data).All] : plain;
        foreach (var (kernel, compare) in Kernels.Zip(comparisons))
        {
            using var scope = torch.NewDisposeScope();
            yield return (kernel, compare());
        }
    }

    private double Embed()
    {
        int[] tokens = [3, -2, 99, 3, -1];
        int[] chosen = [41, 7];
        var table = _data.Values(1, 100, _sizes.Hidden);
        return Worst([1f, 2.5f], scale =>
        {
            var x = Room(tokens.Length, _sizes.Hidden);
            var (ids, before, onDevice) = (Integers(tokens), Integers(chosen), table.to(device));
            kernels.Embed(ids, before, onDevice, scale, x);
            return CheckData.Difference(x, KernelTwins.Embed(Longs(tokens), Longs(chosen), table, scale));
        });
    }

    private double AddNorm()
    {
        var (x, delta) = (_data.Values(3, 3, _sizes.Hidden), _data.Values(2, 3, _sizes.Hidden));
        var (weight, wide) = (_data.Values(1, _sizes.Hidden), _data.Wide(1, _sizes.Hidden));
        (torch.Tensor? Delta, torch.Tensor? Post, torch.Tensor? Weight)[] variants = [(null, null, weight), (delta, null, weight), (delta, wide, wide), (delta, weight, null)];
        return Worst(variants, variant =>
        {
            var (added, normed) = (x.to(device, copy: true), Room(3, _sizes.Hidden));
            var (deltaThere, postThere, weightThere) = (variant.Delta?.to(device), variant.Post?.to(device), variant.Weight?.to(device));
            kernels.AddNorm(added, deltaThere, postThere, weightThere, normed, Epsilon);
            var expected = KernelTwins.AddNorm(x, variant.Delta, variant.Post, variant.Weight, Epsilon);
            return Worst(CheckData.Difference(added, expected.X), CheckData.Difference(normed, expected.Y));
        });
    }

    private double RopeToCache()
    {
        const int Slots = 64;
        int[] positions = [0, 7, 300], slots = [5, 21, -1];
        var heads = _sizes.Heads + (2 * _sizes.KeyValueHeads);
        var qkv = _data.Values(2, 3, heads, _sizes.HeadDim);
        var frequencies = torch.tensor([.. Enumerable.Range(0, _sizes.RotaryDim / 2).Select(i => (float)Math.Pow(10_000, -2.0 * i / _sizes.RotaryDim))]);
        RopeArguments[] variants =
        [
            new(null, null, null, 0, frequencies, 1, Neighbours: false, QueryScale: 1),
            new(_data.Values(1, heads * _sizes.HeadDim), _data.Values(1, _sizes.HeadDim), _data.Values(1, _sizes.HeadDim), Epsilon, frequencies, 1.2f, Neighbours: true, QueryScale: 0.5f),
            new(null, _data.Wide(1, _sizes.HeadDim), _data.Wide(1, _sizes.HeadDim), Epsilon, frequencies, 1, Neighbours: false, QueryScale: 1),
        ];
        return Worst(variants, rope =>
        {
            var actual = qkv.to(device, copy: true);
            var (keys, values) = (Room(Slots, _sizes.KeyValueHeads, _sizes.HeadDim), Room(Slots, _sizes.KeyValueHeads, _sizes.HeadDim));
            var there = rope with { Bias = rope.Bias?.to(device), QueryNorm = rope.QueryNorm?.to(device), KeyNorm = rope.KeyNorm?.to(device), Frequencies = rope.Frequencies!.to(device) };
            var (at, into) = (Integers(positions), Integers(slots));
            kernels.RopeToCache(actual, there, at, into, keys, values);

            var expected = KernelTwins.Rope(qkv, rope, Longs(positions), _sizes.Heads, _sizes.KeyValueHeads);
            return Worst(
                CheckData.Difference(actual, expected), CheckData.Difference(keys, Cached(expected, _sizes.Heads)), CheckData.Difference(values, Cached(expected, _sizes.Heads + _sizes.KeyValueHeads)));
        });

        torch.Tensor Cached(torch.Tensor expected, int firstHead)
        {
            var cache = torch.zeros([Slots, _sizes.KeyValueHeads, _sizes.HeadDim], dtype: _sizes.Dtype);
            foreach (var row in (int[])[0, 1])
            {
                cache.narrow(0, slots[row], 1).copy_(expected.narrow(0, row, 1).narrow(1, firstHead, _sizes.KeyValueHeads));
            }

            return cache;
        }
    }

    private double Attention()
    {
        int[] lengths = [1, 77, 1000, 0];
        var (rows, width) = (lengths.Length, (lengths.Max() + _sizes.BlockSize - 1) / _sizes.BlockSize);
        var heads = _sizes.Heads + (2 * _sizes.KeyValueHeads);
        var qkv = _data.Values(1.5, rows, heads, _sizes.HeadDim);
        var table = _data.Shuffled(rows * width);
        var (keys, values) = (_data.Values(1.5, rows * width * _sizes.BlockSize, _sizes.KeyValueHeads, _sizes.HeadDim), _data.Values(1, rows * width * _sizes.BlockSize, _sizes.KeyValueHeads, _sizes.HeadDim));
        var scale = (float)(1 / Math.Sqrt(_sizes.HeadDim));
        (int Splits, AttentionArguments Arguments)[] variants =
        [
            (1, new(scale, 0, 0, null)), (8, new(scale, 0, 0, null)), (8, new(scale, 100, 0, null)), (8, new(scale, 0, 2, null)), (1, new(scale, 0, 0, _data.Values(2, _sizes.Heads))), (8, new(scale, 300, 0, _data.Values(2, _sizes.Heads))),
        ];
        return Worst(variants, variant =>
        {
            var (qkvThere, keysThere, valuesThere) = (qkv.to(device), keys.to(device), values.to(device));
            var (lengthsThere, tableThere) = (Integers(lengths), Integers(table).view(rows, width));
            var output = Room(rows, _sizes.Heads, _sizes.HeadDim);
            var counters = torch.zeros((long)rows * _sizes.KeyValueHeads * _sizes.GroupParts, dtype: torch.int32, device: device);
            var arguments = variant.Arguments with { Sinks = variant.Arguments.Sinks?.to(device) };
            kernels.Attend(qkvThere, keysThere, valuesThere, lengthsThere, tableThere, variant.Splits, output, arguments, counters);

            // The next launch relies on counters that are zero again.
            var expected = torch.cat([.. Enumerable.Range(0, rows).Select(row => Attended(row, variant.Arguments).unsqueeze(0))], 0);
            return Worst(CheckData.Difference(output, expected), CheckData.Difference(counters, torch.zeros_like(counters, device: torch.CPU)));
        });

        torch.Tensor Attended(int row, AttentionArguments arguments)
        {
            var first = arguments.Window > 0 ? Math.Max(0, lengths[row] - arguments.Window) : 0;
            var slots = torch.tensor([.. Enumerable.Range(first, lengths[row] - first).Select(position =>
                ((long)table[(row * width) + (position / _sizes.BlockSize)] * _sizes.BlockSize) + (position % _sizes.BlockSize))]);
            return lengths[row] == 0
                ? torch.zeros([_sizes.Heads, _sizes.HeadDim], dtype: torch.float32)
                : KernelTwins.Attend(qkv.narrow(0, row, 1).squeeze(0).narrow(0, 0, _sizes.Heads), keys.index_select(0, slots), values.index_select(0, slots), arguments);
        }
    }

    private double Gate()
    {
        const int Size = 1544;
        var both = _data.Values(4, 3, 2 * Size);
        var (there, y) = (both.to(device), Room(3, Size));
        kernels.Gate(there, y);
        return CheckData.Difference(y, Activations.Gated(_sizes.Activation, both, Size));
    }

    private double Gemv() => Worst([515, 9_000], outputs =>
    {
        var (weight, x) = (_data.Values(1, outputs, _sizes.Hidden), _data.Values(1, _sizes.Hidden));
        var (weightThere, xThere, y) = (weight.to(device), x.to(device), Room(outputs));
        kernels.Gemv(weightThere, xThere, y);
        return CheckData.Difference(y, KernelTwins.Gemv(weight, x));
    });

    private double GemvGate() => Worst([259, 8_500], size =>
    {
        var (weight, x) = (_data.Values(0.2, 2 * size, _sizes.Hidden), _data.Values(1, _sizes.Hidden));
        var (weightThere, xThere, y) = (weight.to(device), x.to(device), Room(size));
        kernels.GemvGate(weightThere, xThere, y);
        return CheckData.Difference(y, KernelTwins.GemvGate(weight, x, _sizes.Activation));
    });

    private double Argmax() => Worst([5_003, 4_096], count =>
    {
        var x = _data.Values(1, 3, count);

        // The largest one twice: the first of them counts.
        x.narrow(0, 1, 1).narrow(1, 17, 1).fill_(Number.Of(2.0));
        x.narrow(0, 1, 1).narrow(1, 4_000, 1).fill_(Number.Of(2.0));
        var (there, indexes) = (x.to(device), torch.zeros(3, dtype: torch.int32, device: device));
        kernels.Argmax(there, indexes);
        var found = ReadIntegers(indexes);
        return Enumerable.Range(0, 3).All(row => found[row] == KernelTwins.Largest(CheckData.Read(x.narrow(0, row, 1)), 1)[0]) ? 0 : double.PositiveInfinity;
    });

    private double Candidates()
    {
        const int Count = 5_003;
        var x = _data.Values(4, 2, Count);
        var (there, largest) = (x.to(device), torch.zeros([2, TokenCandidates.Integers], dtype: torch.int32, device: device));
        kernels.Candidates(there, largest);
        var found = ReadIntegers(largest);
        return Enumerable.Range(0, 2).All(row =>
            TokenCandidates.Read(found.AsSpan(row * TokenCandidates.Integers, TokenCandidates.Integers)) is { } candidates
            && candidates.Ids.Take(TokenCandidates.Wanted).SequenceEqual(KernelTwins.Largest(CheckData.Read(x.narrow(0, row, 1)), TokenCandidates.Wanted))) ? 0 : double.PositiveInfinity;
    }

    private torch.Tensor Room(params long[] shape) => torch.zeros(shape, dtype: _sizes.Dtype, device: device);

    private torch.Tensor Integers(int[] values) => torch.tensor(values).to(device);

    private static torch.Tensor Longs(int[] values) => torch.tensor([.. values.Select(value => (long)value)]);

    private static int[] ReadIntegers(torch.Tensor tensor)
    {
        using var plain = tensor.to(torch.CPU).contiguous();
        return MemoryMarshal.Cast<byte, int>(plain.bytes).ToArray();
    }

    /// <summary>NaN beats everything.</summary>
    private static double Worst(params ReadOnlySpan<double> differences)
    {
        var worst = 0.0;
        foreach (var difference in differences)
        {
            worst = Math.Max(worst, difference);
        }

        return worst;
    }

    private static double Worst<T>(IEnumerable<T> variants, Func<T, double> compare) => Worst([.. variants.Select(compare)]);
}
