using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Hub.Downloads;

/// <summary>
/// A file that is being downloaded, in pieces of 1 MiB that may come in any order. Beside it lies a file with a byte for each piece, 1 once the piece is
/// written, so that what was interrupted at any moment goes on with the pieces that are missing.
/// </summary>
/// <remarks>
/// Its name ends otherwise than huggingface_hub's, which takes the length of a file for what is there. Pieces may be written by several threads.
/// </remarks>
internal sealed class PartialFile : IDisposable
{
    public const int PieceSize = 1 << 20;

    private readonly string _path;
    private readonly SafeFileHandle _data;
    private readonly SafeFileHandle _marks;
    private readonly byte[] _done;

    private PartialFile(string path, long size, SafeFileHandle data, SafeFileHandle marks, byte[] done)
        => (_path, Size, _data, _marks, _done) = (path, size, data, marks, done);

    public long Size { get; }

    /// <summary>Bytes that are here.</summary>
    public long DoneBytes => Enumerable.Range(0, _done.Length).Where(IsDone).Sum(piece => PieceEnd(piece) - PieceStart(piece));

    private static string DataOf(string blob) => blob + ".lmdeploy-incomplete";

    private static string MarksOf(string blob) => blob + ".lmdeploy-pieces";

    /// <summary>How much of a file an interrupted download left.</summary>
    public static long BytesLeft(string blob, long size)
    {
        if (!IsUsable(blob, size))
        {
            return 0;
        }

        using var partial = Open(blob, size);
        return partial.DoneBytes;
    }

    /// <summary>Goes on with what an interrupted download left, or begins.</summary>
    /// <param name="blob">Where the whole file will be.</param>
    /// <param name="size">Bytes of the whole file.</param>
    public static PartialFile Open(string blob, long size)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        var isOld = IsUsable(blob, size);
        if (!isOld)
        {
            Delete(blob);
        }

        // Room for all of it is taken first, so that a full disk is found before the network is used. The marks come last: without them it begins again.
        var data = isOld
            ? File.OpenHandle(DataOf(blob), FileMode.Open, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous)
            : File.OpenHandle(DataOf(blob), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous, preallocationSize: size);
        try
        {
            RandomAccess.SetLength(data, size);
            var done = isOld ? File.ReadAllBytes(MarksOf(blob)) : new byte[Pieces(size)];
            var marks = File.OpenHandle(MarksOf(blob), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            RandomAccess.Write(marks, done, 0);
            return new PartialFile(blob, size, data, marks, done);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Forgets what is there.</summary>
    public static void Delete(string blob)
    {
        File.Delete(MarksOf(blob));
        File.Delete(DataOf(blob));
    }

    public bool IsDone(int piece) => Volatile.Read(ref _done[piece]) != 0;

    public static long PieceStart(int piece) => (long)piece * PieceSize;

    public long PieceEnd(int piece) => Math.Min(PieceStart(piece) + PieceSize, Size);

    /// <summary>Runs of pieces that are missing, from the first to before the last, none longer than asked.</summary>
    public IEnumerable<(int First, int End)> Missing(int longest)
    {
        for (var piece = 0; piece < _done.Length; piece++)
        {
            if (IsDone(piece))
            {
                continue;
            }

            var first = piece;
            while (piece < _done.Length && !IsDone(piece) && piece - first < longest)
            {
                piece++;
            }

            yield return (first, piece--);
        }
    }

    /// <summary>Writes a piece, then that it is there.</summary>
    public async ValueTask WriteAsync(int piece, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_data, bytes, PieceStart(piece), cancellationToken).ConfigureAwait(false);
        RandomAccess.Write(_marks, [1], piece);
        Volatile.Write(ref _done[piece], 1);
    }

    /// <summary>Reads the whole file.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken)
        => RandomAccess.ReadAsync(_data, buffer, position, cancellationToken);

    /// <summary>Makes it the blob: on the disk first, so that a host that loses its power has no blob with holes.</summary>
    public void Finish()
    {
        RandomAccess.FlushToDisk(_data);
        Dispose();
        File.Move(DataOf(_path), _path, overwrite: true);
        File.Delete(MarksOf(_path));
    }

    public void Dispose()
    {
        _data.Dispose();
        _marks.Dispose();
    }

    private static int Pieces(long size) => (int)((size + PieceSize - 1) / PieceSize);

    private static bool IsUsable(string blob, long size)
        => new FileInfo(DataOf(blob)) is { Exists: true, Length: var length } && length == size
            && new FileInfo(MarksOf(blob)) is { Exists: true, Length: var pieces } && pieces == Pieces(size);
}
