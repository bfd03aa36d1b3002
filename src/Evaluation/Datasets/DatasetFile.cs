namespace LmDeploy.Evaluation.Datasets;

/// <summary>Opens what datasets are read from.</summary>
internal static class DatasetFile
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>A file's name without its folder and its ending, also that of a packed file.</summary>
    public static string NameOf(string path) => Path.GetFileNameWithoutExtension(WithoutPacking(path));

    /// <summary>A path without the ending of packed files.</summary>
    public static string WithoutPacking(string path) =>
        path.EndsWith(PackedFile.Ending, StringComparison.OrdinalIgnoreCase) ? path[..^PackedFile.Ending.Length] : path;

    /// <summary>The bytes of a file, unpacked, after its byte-order mark.</summary>
    /// <exception cref="DatasetFormatException">It cannot be read or unpacked, or is no UTF-8.</exception>
    public static ReadOnlyMemory<byte> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            throw new DatasetFormatException(path, "is a folder, a file is needed");
        }

        ReadOnlyMemory<byte> bytes = PackedFile.Unpack(path, ReadBytes(path));
        return bytes.Span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? throw new DatasetFormatException(path, "is UTF-16, UTF-8 is needed")
            : bytes.Span.StartsWith(ByteOrderMark) ? bytes[ByteOrderMark.Length..]
            : bytes;
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new DatasetFormatException(path, $"cannot be read: {e.Message}");
        }
    }
}
