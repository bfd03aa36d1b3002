using System.IO.Compression;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Unpacks gzip, and names the packed and binary forms that are not read.</summary>
internal static class PackedFile
{
    /// <summary>The ending of packed files.</summary>
    public const string Ending = ".gz";

    private const int MostBytes = 1 << 30;
    private const int BufferBytes = 1 << 16;

    /// <summary>What follows a file that is complete: GZipStream ends without an error where a file was cut off.</summary>
    private static readonly byte[] _end = [.. "\0end of the file\0"u8];

    private static readonly byte[] _packedEnd = Pack(_end);

    /// <exception cref="DatasetFormatException">The packed form is not gzip, is damaged, or unpacks to more than 1 GiB.</exception>
    public static byte[] Unpack(string path, byte[] bytes) => bytes switch
    {
        [0x1F, 0x8B, ..] => Inflate(path, bytes),
        _ when path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) => throw new DatasetFormatException(path, "is no gzip file, as its name says"),
        [(byte)'P', (byte)'K', 3, 4, ..] => throw new DatasetFormatException(path, "is a zip archive; unpack it first"),
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] =>
            throw new DatasetFormatException(path, "is packed by xz; unpack it first, or pack it by gzip"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => throw new DatasetFormatException(path, "is packed by zstd; unpack it first, or pack it by gzip"),
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] =>
            throw new DatasetFormatException(path, "is a Parquet file; write it as JSON lines, for example by pandas' to_json(orient=\"records\", lines=True)"),
        _ => bytes,
    };

    private static byte[] Inflate(string path, byte[] bytes)
    {
        using var packed = new GZipStream(new MemoryStream([.. bytes, .. _packedEnd]), CompressionMode.Decompress);
        using var text = new MemoryStream();
        var buffer = new byte[BufferBytes];
        try
        {
            for (int read; (read = packed.Read(buffer)) > 0;)
            {
                text.Write(buffer, 0, read);
                if (text.Length > MostBytes)
                {
                    throw new DatasetFormatException(path, "unpacks to more than 1 GiB");
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new DatasetFormatException(path, $"is a damaged gzip file: {e.Message}");
        }

        return text.TryGetBuffer(out var all) && all.AsSpan().EndsWith(_end)
            ? all[..^_end.Length].ToArray()
            : throw new DatasetFormatException(path, "is a damaged gzip file: its end is missing");
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
