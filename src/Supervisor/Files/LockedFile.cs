using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LmDeploy.Files;
using LmDeploy.Supervisor.Native;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Files;

/// <summary>
/// A small text file under an exclusive lock (flock), shared by several processes. The kernel releases the lock of a process that dies. Disposing
/// releases it.
/// </summary>
internal sealed class LockedFile : IDisposable
{
    private const uint OwnerOnly = 0x180; // 0600
    private const int WouldBlock = 11; // EWOULDBLOCK
    private const int LargestFile = 1 << 20;

    /// <summary>The end marker of the text: whatever a killed writer left behind it is ignored.</summary>
    private const string End = ".";

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(5);

    private readonly string _path;
    private readonly SafeFileHandle _file;

    private LockedFile(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Makes the file where it is missing, and waits until nobody else has it. Never blocks a thread.</summary>
    /// <exception cref="IOException">It cannot be opened or locked, or another process kept it for the whole time.</exception>
    public static async Task<LockedFile> OpenAsync(string path, TimeSpan timeout, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var file = LibC.Open(path, LibC.OpenOrCreate, OwnerOnly);
            if (!file.IsInvalid && LibC.Lock(file, LibC.LockExclusive | LibC.LockNow) == 0)
            {
                if (IsStillAt(path, file))
                {
                    return new LockedFile(path, file);
                }

                // Whoever had it before removed it; the lock on what is no longer there excludes nobody.
                file.Dispose();
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            if (error != WouldBlock)
            {
                throw new IOException($"{path} cannot be locked: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            if (time.GetElapsedTime(began) >= timeout)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{path} was locked by another process for {timeout.TotalSeconds:0.###} s"));
            }

            await Task.Delay(RetryInterval, time);
        }
    }

    public IReadOnlyList<string> ReadLines()
    {
        var bytes = new byte[Math.Min(LargestFile, RandomAccess.GetLength(_file))];
        var count = RandomAccess.Read(_file, bytes, 0);
        return [.. Encoding.UTF8.GetString(bytes, 0, count).Split('\n').TakeWhile(line => line != End)];
    }

    /// <summary>Replaces the text; no lines remove the file.</summary>
    public void WriteLines(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            File.Delete(_path);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines.Append(End)) + "\n");
        RandomAccess.Write(_file, bytes, 0);
        RandomAccess.SetLength(_file, bytes.Length);
    }

    public void Dispose()
    {
        // Not by closing alone: a process that is just being started has the descriptor too until it runs its program.
        _ = LibC.Lock(_file, LibC.LockRelease);
        _file.Dispose();
    }

    private static bool IsStillAt(string path, SafeFileHandle file) =>
        FileStatus.TryRead(file, out var locked)
        && FileStatus.TryRead(path, out var named)
        && locked.Inode == named.Inode;
}
