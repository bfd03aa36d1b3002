namespace LmDeploy.Hub.Cache;

/// <summary>A lock file, held by one process at a time: <c>flock</c> on Unix, as the one of huggingface_hub, which ends with the process.</summary>
internal static class CacheLock
{
    // What FileStream says of a file that another one has: ERROR_SHARING_VIOLATION, EWOULDBLOCK of macOS, EWOULDBLOCK of Linux.
    private static readonly int _held = OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until the lock is free. The kernel tells nobody that it became free, so it is tried again and again.</summary>
    /// <param name="path">The lock file; it is made where it is not there, and stays.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What frees it when it is disposed.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static async Task<IDisposable> AcquireAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryAcquire(path) is { } held)
            {
                return held;
            }

            await Task.Delay(_interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Null when another one holds it.</returns>
    public static IDisposable? TryAcquire(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (File.Exists(path))
            {
                return file;
            }

            file.Dispose(); // Its holder removed it meanwhile: whoever comes next makes another one.
            return null;
        }
        catch (IOException e) when (e.HResult == _held)
        {
            return null;
        }
    }
}
