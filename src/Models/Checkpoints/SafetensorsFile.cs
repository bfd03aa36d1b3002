using System.Buffers.Binary;
using LmDeploy.Files;
using LmDeploy.Text.Errors;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Models.Checkpoints;

/// <summary>One safetensors file, which is open from the first read of its tensors on. Reads are positioned and thread-safe.</summary>
/// <remarks>
/// Read rather than mapped: a mapped file that is cut short while it loads kills the process with SIGBUS,
/// a short read is an error that can be told.
/// </remarks>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly Lazy<SafeFileHandle> _handle;

    private SafetensorsFile(FileInfo info, long headerBytes, IReadOnlyList<TensorEntry> tensors)
    {
        (Info, HeaderBytes, Tensors) = (info, headerBytes, tensors);
        _handle = new Lazy<SafeFileHandle>(OpenAgain);
    }

    /// <summary>As it was when its header was read.</summary>
    public FileInfo Info { get; }

    public string Path => Info.FullName;

    /// <summary>How long its header is.</summary>
    public long HeaderBytes { get; }

    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <param name="mostHeader">The longest header that is read, in bytes.</param>
    /// <exception cref="EngineException"><see cref="V1.ErrorCodes.InvalidCheckpoint"/>.</exception>
    public static SafetensorsFile Open(string path, long mostHeader = SafetensorsHeader.LongestHeader)
    {
        try
        {
            using var handle = ModelFile.Open(path);
            var info = new FileInfo(path);
            var length = RandomAccess.GetLength(handle);
            var header = ReadHeader(path, handle, length, mostHeader);
            return new SafetensorsFile(info, header.Length, SafetensorsHeader.Parse(path, header, length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SafetensorsHeader.Invalid(path, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Fills the buffer from the file.</summary>
    /// <exception cref="EngineException"><see cref="V1.ErrorCodes.InvalidCheckpoint"/> when the file ends before it should.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(_handle.Value, buffer, offset);
            if (read == 0)
            {
                throw SafetensorsHeader.Invalid(Path, $"it was cut short while it was read (at byte {offset})");
            }

            offset += read;
            buffer = buffer[read..];
        }
    }

    public void Dispose()
    {
        if (_handle.IsValueCreated)
        {
            _handle.Value.Dispose();
        }
    }

    private SafeFileHandle OpenAgain()
    {
        try
        {
            return ModelFile.Open(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SafetensorsHeader.Invalid(Path, e.Message.TrimEnd('.'), e);
        }
    }

    private static byte[] ReadHeader(string path, SafeFileHandle handle, long fileLength, long most)
    {
        Span<byte> lengthBytes = stackalloc byte[SafetensorsHeader.LengthBytes];
        if (fileLength < lengthBytes.Length || RandomAccess.Read(handle, lengthBytes, 0) != lengthBytes.Length)
        {
            throw SafetensorsHeader.Invalid(path, $"it has {fileLength} bytes, too few for a header");
        }

        if (LfsPointer.Is(lengthBytes, fileLength))
        {
            throw SafetensorsHeader.Invalid(path, LfsPointer.Advice);
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > SafetensorsHeader.LongestHeader || (long)length > fileLength - lengthBytes.Length)
        {
            throw SafetensorsHeader.Invalid(
                path, $"its header claims {length} bytes, but the file has {fileLength} and a header at most {SafetensorsHeader.LongestHeader}");
        }

        if ((long)length > most)
        {
            throw SafetensorsHeader.Invalid(
                path, $"its header has {length} bytes, but all of a checkpoint may have {SafetensorsHeader.LongestHeader} together, and {most} are left");
        }

        var header = new byte[length];
        var read = 0;
        while (read < header.Length)
        {
            var count = RandomAccess.Read(handle, header.AsSpan(read), SafetensorsHeader.LengthBytes + read);
            if (count == 0)
            {
                throw SafetensorsHeader.Invalid(path, "it was cut short while its header was read");
            }

            read += count;
        }

        return header;
    }
}
