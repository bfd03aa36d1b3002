using System.Runtime.InteropServices;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>Random numbers, the same each time.</summary>
internal sealed class CheckData(torch.ScalarType dtype)
{
    private readonly Random _random = new(1);

    /// <summary>Between minus and plus <paramref name="bound"/>, of the element type and on the CPU.</summary>
    public torch.Tensor Values(double bound, params long[] shape) => Wide(bound, shape).to(dtype);

    /// <summary>As <see cref="Values"/>, in float32.</summary>
    public torch.Tensor Wide(double bound, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ((2 * _random.NextSingle()) - 1) * (float)bound;
        }

        return torch.tensor(values).view(shape);
    }

    /// <summary>Numbers from 0 to, but without, <paramref name="count"/>, in any order.</summary>
    public int[] Shuffled(int count)
    {
        var numbers = Enumerable.Range(0, count).ToArray();
        _random.Shuffle(numbers);
        return numbers;
    }

    /// <summary>The elements as float32, row by row.</summary>
    public static float[] Read(torch.Tensor tensor)
    {
        using var plain = tensor.to(torch.CPU).to(torch.float32).contiguous();
        return MemoryMarshal.Cast<byte, float>(plain.bytes).ToArray();
    }

    /// <summary>The largest difference, as a share of the largest number that was expected; NaN where a number is none.</summary>
    public static double Difference(torch.Tensor actual, torch.Tensor expected)
    {
        var (left, right) = (Read(actual), Read(expected));
        if (left.Length != right.Length)
        {
            throw new ArgumentException($"{left.Length} numbers are compared with {right.Length}.", nameof(actual));
        }

        double difference = 0, largest = 0;
        for (var i = 0; i < left.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)left[i] - right[i]));
            largest = Math.Max(largest, Math.Abs((double)right[i]));
        }

        return largest > 0 ? difference / largest : difference;
    }
}
