using System.Runtime.InteropServices;
using Google.Protobuf;

namespace LmDeploy.Generation;

/// <summary>Reads rows of logits off the wire.</summary>
internal static class LogitRows
{
    public static IReadOnlyList<ReadOnlyMemory<float>> Read(ByteString wire, int rows)
    {
        if (rows == 0)
        {
            return [];
        }

        // The wire is little-endian, as is every host that .NET 10 runs on but s390x.
        var numbers = MemoryMarshal.Cast<byte, float>(wire.Span).ToArray();
        var width = numbers.Length / rows;
        return [.. Enumerable.Range(0, rows).Select(row => new ReadOnlyMemory<float>(numbers, row * width, width))];
    }
}
