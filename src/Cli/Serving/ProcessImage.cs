using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LmDeploy.Cli.Serving;

/// <summary>The program that this process runs.</summary>
internal static partial class ProcessImage
{
    /// <summary>Runs another program in this process, with its number, its streams and its signals, so that whoever watches or stops this one does so to that one. Never returns.</summary>
    /// <exception cref="IOException">It cannot be run.</exception>
    public static unsafe void Replace(ProcessStartInfo start)
    {
        string[] arguments = [start.FileName, .. start.ArgumentList];
        var pointers = stackalloc byte*[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
        {
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        pointers[arguments.Length] = null;
        _ = Execute(start.FileName, pointers);
        throw new IOException($"{start.FileName} cannot be run: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, byte** arguments);
}
