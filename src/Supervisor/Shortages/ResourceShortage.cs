using System.ComponentModel;
using System.Net.Sockets;

namespace LmDeploy.Supervisor.Shortages;

/// <summary>Recognizes transient resource shortages: no file descriptor, thread, process or kernel memory was left.</summary>
internal static class ResourceShortage
{
    // Numbers of Linux.
    private const int OutOfProcesses = 11; // EAGAIN
    private const int OutOfMemory = 12; // ENOMEM
    private const int OutOfFilesOnHost = 23; // ENFILE
    private const int OutOfFiles = 24; // EMFILE

    /// <summary>Whether the failure, or what caused it, is a shortage.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        OutOfMemoryException => true, // That of a thread that could not be started is one too.
        Win32Exception and not SocketException => IsNumber(((Win32Exception)exception).NativeErrorCode),
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable } => true,
        IOException when IsNumber(exception.HResult) => true,
        _ => exception.InnerException is { } inner && Is(inner),
    };

    private static bool IsNumber(int error) => error is OutOfProcesses or OutOfMemory or OutOfFilesOnHost or OutOfFiles;
}
