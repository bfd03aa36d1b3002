using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Files;

/// <summary>
/// Opens the files of a model folder. Only regular files are opened, also behind symbolic links: to open a named pipe
/// would wait for its other end, and a device may have no end. What a read takes is bounded by what is read, not by a
/// length that was asked for before.
/// </summary>
/// <remarks>Systems other than Linux only tell after the opening whether a file has a length; LmDeploy.Text runs there.</remarks>
internal static partial class ModelFile
{
    private const int ReadOnlyNow = 0x800 | 0x80000; // O_RDONLY | O_NONBLOCK | O_CLOEXEC
    private const int NoEntry = 2; // ENOENT
    private const int NoFolder = 20; // ENOTDIR
    private const int FirstPiece = 64 << 10;

    /// <summary>Opens a file for positioned reads.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="IOException">It cannot be opened, or is no regular file.</exception>
    public static SafeFileHandle Open(string path) => OperatingSystem.IsLinux() ? OpenOnLinux(path) : OpenAnywhere(path);

    /// <summary>As <see cref="Open"/>, by .NET's own means.</summary>
    public static SafeFileHandle OpenAnywhere(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new FileNotFoundException($"There is no file {path}.", path, e);
        }

        try
        {
            _ = RandomAccess.GetLength(file);
            return file;
        }
        catch (NotSupportedException e)
        {
            file.Dispose();
            throw new IOException("it has no length; a regular file is needed", e);
        }
    }

    private static SafeFileHandle OpenOnLinux(string path)
    {
        var file = OpenFile(path, ReadOnlyNow);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw error is NoEntry or NoFolder
                ? new FileNotFoundException($"There is no file {path}.", path)
                : new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }

        if (FileStatus.TryRead(file, out var status) && !status.IsRegular)
        {
            file.Dispose();
            throw new IOException($"it is {status.Kind}; a regular file is needed");
        }

        return file;
    }

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="IOException">It cannot be opened or read, is no regular file, or is larger.</exception>
    public static byte[] ReadAll(string path, long most)
    {
        using var file = Open(path);
        var announced = RandomAccess.GetLength(file);
        if (announced > most)
        {
            throw TooLarge(announced, most);
        }

        // One more than it says: most files end where they should, and that shows at once.
        var bytes = new byte[announced > 0 ? announced + 1 : FirstPiece];
        var count = 0;
        while (RandomAccess.Read(file, bytes.AsSpan(count), count) is var read and > 0)
        {
            count += read;
            if (count > most)
            {
                throw TooLarge(count, most);
            }

            if (count == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, Math.Min(most + 1, Array.MaxLength)));
            }
        }

        Array.Resize(ref bytes, count);
        return LfsPointer.Is(bytes, count) ? throw new IOException(LfsPointer.Advice) : bytes;
    }

    private static IOException TooLarge(long bytes, long most) =>
        new(string.Create(CultureInfo.InvariantCulture, $"it has {bytes} bytes or more, at most {most} are supported"));

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags);
}
