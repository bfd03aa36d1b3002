using System.Buffers;
using System.Globalization;
using LmDeploy.V1;

namespace LmDeploy.Loading;

/// <summary>The files that a model's weights are in, and their way into the page cache.</summary>
internal static class WeightFiles
{
    private const int PieceSize = 4 << 20;
    private const string MemoryInfo = "/proc/meminfo";
    private const string Available = "MemAvailable:";

    /// <summary>
    /// Half of what the host has to spare, or of what this container may have where that is less: what is prefetched must not push out what is in use, nor
    /// itself.
    /// </summary>
    public static long Room => Math.Min(Spare, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) / 2;

    private static long Spare => File.Exists(MemoryInfo)
        && File.ReadLines(MemoryInfo).FirstOrDefault(line => line.StartsWith(Available, StringComparison.Ordinal)) is { } line
        ? long.Parse(
            line[Available.Length..].Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture) * 1024
        : 0;

    /// <summary>Reads the files, one after the other, as far as there is room.</summary>
    /// <returns>Bytes that were read.</returns>
    /// <exception cref="ModelLoadException">There is no such folder.</exception>
    public static long Read(string model, long room, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(model))
        {
            throw new ModelLoadException(ErrorCodes.ModelNotFound, $"There is no folder {model}.", model);
        }

        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            var total = 0L;
            foreach (var path in Directory.GetFiles(model, "*.safetensors").Order(StringComparer.Ordinal))
            {
                total += ReadFile(path, piece, room - total, cancellationToken);
            }

            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static long ReadFile(string path, byte[] piece, long room, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var position = 0L;
        while (position < room)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, piece.AsSpan(0, (int)Math.Min(piece.Length, room - position)), position);
            if (read == 0)
            {
                break;
            }

            position += read;
        }

        return position;
    }
}
