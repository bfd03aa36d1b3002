using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>Runs each kernel of one compilation on a device, and its twin on the CPU: see <see cref="KernelCases"/>.</summary>
internal sealed class KernelComparison(ICheckedKernels kernels, torch.Device device)
{
    private const float Epsilon = 1e-5f;

    private readonly KernelDefinitions _sizes = kernels.Sizes;
    private readonly CheckData _data = new(kernels.Sizes.Dtype);

    /// <summary>The comparisons of the kernels of experts.</summary>
    public ExpertComparison Experts => new(kernels, device, _data);

    /// <returns>The name of each kernel that was compiled with its largest difference.</returns>
    public IEnumerable<(string Kernel, double Difference)> Run()
    {
        foreach (var one in KernelCases.All.Where(one => one.IsCompiled(kernels)))
        {
            using var scope = torch.NewDisposeScope();
            yield return (one.Name, one.Compare(this));
        }
    }

    public double Embed()
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

    public double AddNorm()
    {
        var (x, delta) = (_data.Values(3, 3, _sizes.Hidden), _data.Values(2, 3, _sizes.Hidden));
        var (weight, wide) = (_data.Values(1, _sizes.Hidden), _data.Wide(1, _sizes.Hidden));
        (torch.Tensor? Delta, torch.Tensor? Post, torch.Tensor? Weight)[] variants =
        [
            (null, null, weight), (delta, null, weight), (delta, wide, wide), (delta, weight, null),
        ];
        return Worst(variants, variant =>
        {
            var (added, normed) = (x.to(device, copy: true), Room(3, _sizes.Hidden));
            var (deltaThere, postThere, weightThere) = (variant.Delta?.to(device), variant.Post?.to(device), variant.Weight?.to(device));
            kernels.AddNorm(added, deltaThere, postThere, weightThere, normed, Epsilon);
            var expected = KernelTwins.AddNorm(x, variant.Delta, variant.Post, variant.Weight, Epsilon);
            return Worst(CheckData.Difference(added, expected.X), CheckData.Difference(normed, expected.Y));
        });
    }

    public double RopeToCache()
    {
        const int Slots = 64;
        int[] positions = [0, 7, 300], slots = [5, 21, -1];
        var heads = _sizes.Heads + (2 * _sizes.KeyValueHeads);
        var qkv = _data.Values(2, 3, heads, _sizes.HeadDim);
        var frequencies = torch.tensor([.. Enumerable.Range(0, _sizes.RotaryDim / 2).Select(i => (float)Math.Pow(10_000, -2.0 * i / _sizes.RotaryDim))]);
        RopeArguments[] variants =
        [
            new(null, null, null, 0, frequencies, 1, Neighbours: false, QueryScale: 1),
            new(
                _data.Values(1, heads * _sizes.HeadDim), _data.Values(1, _sizes.HeadDim), _data.Values(1, _sizes.HeadDim), Epsilon, frequencies, 1.2f,
                Neighbours: true, QueryScale: 0.5f),
            new(null, _data.Wide(1, _sizes.HeadDim), _data.Wide(1, _sizes.HeadDim), Epsilon, frequencies, 1, Neighbours: false, QueryScale: 1),
        ];
        return Worst(variants, rope =>
        {
            var actual = qkv.to(device, copy: true);
            var (keys, values) = (Room(Slots, _sizes.KeyValueHeads, _sizes.HeadDim), Room(Slots, _sizes.KeyValueHeads, _sizes.HeadDim));
            var there = rope with
            {
                Bias = rope.Bias?.to(device),
                QueryNorm = rope.QueryNorm?.to(device),
                KeyNorm = rope.KeyNorm?.to(device),
                Frequencies = rope.Frequencies!.to(device),
            };
            var (at, into) = (Integers(positions), Integers(slots));
            kernels.RopeToCache(actual, there, at, into, keys, values);

            var expected = KernelTwins.Rope(qkv, rope, Longs(positions), _sizes.Heads, _sizes.KeyValueHeads);
            return Worst(
                CheckData.Difference(actual, expected),
                CheckData.Difference(keys, Cached(expected, _sizes.Heads)),
                CheckData.Difference(values, Cached(expected, _sizes.Heads + _sizes.KeyValueHeads)));
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

    public double Attention()
    {
        int[] lengths = [1, 77, 1000, 0];
        var (rows, width) = (lengths.Length, (lengths.Max() + _sizes.BlockSize - 1) / _sizes.BlockSize);
        var heads = _sizes.Heads + (2 * _sizes.KeyValueHeads);
        var qkv = _data.Values(1.5, rows, heads, _sizes.HeadDim);
        var table = _data.Shuffled(rows * width);
        var (keys, values) = (
            _data.Values(1.5, rows * width * _sizes.BlockSize, _sizes.KeyValueHeads, _sizes.HeadDim),
            _data.Values(1, rows * width * _sizes.BlockSize, _sizes.KeyValueHeads, _sizes.HeadDim));
        var scale = (float)(1 / Math.Sqrt(_sizes.HeadDim));
        (int Splits, AttentionArguments Arguments)[] variants =
        [
            (1, new(scale, 0, 0, null)), (8, new(scale, 0, 0, null)), (8, new(scale, 100, 0, null)), (8, new(scale, 0, 2, null)),
            (1, new(scale, 0, 0, _data.Values(2, _sizes.Heads))), (8, new(scale, 300, 0, _data.Values(2, _sizes.Heads))),
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

        torch.Tensor Attended(int row, AttentionArguments arguments) => lengths[row] == 0
            ? torch.zeros([_sizes.Heads, _sizes.HeadDim], dtype: torch.float32)
            : this.Attended(qkv.select(0, row), keys, values, table.AsSpan(row * width, width), lengths[row], arguments);
    }

    public double PromptAttention()
    {
        // A short prompt and the end of another one, after a row that belongs to neither.
        const int First = 700, Before = 1;
        int[] counts = [70, 131];
        var (rows, width) = (Before + counts.Sum(), (First + counts[1] + _sizes.BlockSize - 1) / _sizes.BlockSize);
        var table = _data.Shuffled(2 * width);
        int[] tiles = [Before + 70, 128, First, width, Before, 70, 0, 0, Before + 198, 3, First + 128, width];
        var qkv = _data.Values(1.5, rows, _sizes.Heads + (2 * _sizes.KeyValueHeads), _sizes.HeadDim);
        var (keys, values) = (
            _data.Values(1.5, 2L * width * _sizes.BlockSize, _sizes.KeyValueHeads, _sizes.HeadDim),
            _data.Values(1, 2L * width * _sizes.BlockSize, _sizes.KeyValueHeads, _sizes.HeadDim));
        var scale = (float)(1 / Math.Sqrt(_sizes.HeadDim));
        AttentionArguments[] variants =
        [
            new(scale, 0, 0, null), new(scale, 100, 0, null), new(scale, 0, 2, null), new(scale, 150, 2, _data.Values(2, _sizes.Heads)),
        ];
        return Worst(variants, variant =>
        {
            var (qkvThere, keysThere, valuesThere, output) = (qkv.to(device), keys.to(device), values.to(device), Room(rows, _sizes.Heads, _sizes.HeadDim));
            var (tilesThere, tableThere) = (Integers(tiles).view(-1, PromptTiles.Integers), Integers(table));
            kernels.AttendPrompts(qkvThere, keysThere, valuesThere, tilesThere, tableThere, output, variant with { Sinks = variant.Sinks?.to(device) });
            var expected = Enumerable.Range(0, rows).Select(row => row < Before
                ? torch.zeros([_sizes.Heads, _sizes.HeadDim], dtype: torch.float32)
                : row < Before + counts[0]
                    ? Attended(qkv.select(0, row), keys, values, table, row - Before + 1, variant)
                    : Attended(qkv.select(0, row), keys, values, table.AsSpan(width), First + row - Before - counts[0] + 1, variant));
            return CheckData.Difference(output, torch.stack([.. expected], 0));
        });
    }

    /// <param name="qkv">[heads + 2 * key-value heads, head size], of one token.</param>
    /// <param name="blocks">Of the token's sequence.</param>
    /// <param name="length">Of its sequence up to the token.</param>
    private torch.Tensor Attended(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, ReadOnlySpan<int> blocks, int length, in AttentionArguments arguments)
    {
        var first = arguments.Window > 0 ? Math.Max(0, length - arguments.Window) : 0;
        var slots = new long[length - first];
        for (var position = first; position < length; position++)
        {
            slots[position - first] = ((long)blocks[position / _sizes.BlockSize] * _sizes.BlockSize) + (position % _sizes.BlockSize);
        }

        var seen = torch.tensor(slots);
        return KernelTwins.Attend(qkv.narrow(0, 0, _sizes.Heads), keys.index_select(0, seen), values.index_select(0, seen), arguments);
    }

    public double Gate()
    {
        const int Size = 1544;
        var both = _data.Values(4, 3, 2 * Size);
        var (there, y) = (both.to(device), Room(3, Size));
        kernels.Gate(there, y);
        return CheckData.Difference(y, Activations.Gated(_sizes.Activation, both, Size));
    }

    public double Gemv() => Worst([515, 9_000], outputs =>
    {
        var (weight, x) = (_data.Values(1, outputs, _sizes.Hidden), _data.Values(1, _sizes.Hidden));
        var (weightThere, xThere, y) = (weight.to(device), x.to(device), Room(outputs));
        kernels.Gemv(weightThere, xThere, y);
        return CheckData.Difference(y, KernelTwins.Gemv(weight, x));
    });

    public double GemvGate() => Worst([259, 8_500], size =>
    {
        var (weight, x) = (_data.Values(0.2, 2 * size, _sizes.Hidden), _data.Values(1, _sizes.Hidden));
        var (weightThere, xThere, y) = (weight.to(device), x.to(device), Room(size));
        kernels.GemvGate(weightThere, xThere, y);
        return CheckData.Difference(y, KernelTwins.GemvGate(weight, x, _sizes.Activation));
    });

    public double Argmax() => Worst([5_003, 4_096], count =>
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

    public double Candidates()
    {
        const int Count = 5_003;
        var x = _data.Values(4, 2, Count);
        var (there, largest) = (x.to(device), torch.zeros([2, TokenCandidates.Integers], dtype: torch.int32, device: device));
        kernels.Candidates(there, largest);
        var found = ReadIntegers(largest);
        return Enumerable.Range(0, 2).All(row =>
            TokenCandidates.Read(found.AsSpan(row * TokenCandidates.Integers, TokenCandidates.Integers)) is { } candidates
            && candidates.Ids.Take(TokenCandidates.Wanted).SequenceEqual(KernelTwins.Largest(CheckData.Read(x.narrow(0, row, 1)), TokenCandidates.Wanted)))
                ? 0
                : double.PositiveInfinity;
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
