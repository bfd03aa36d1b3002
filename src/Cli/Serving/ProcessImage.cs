using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LmDeploy.Cli.Serving;

/// <summary>The program that this process runs.</summary>
internal static partial class ProcessImage
{
    /// <summary>
    /// Runs another program in this process, with its environment and this one's number, streams and signals, so that whoever watches or stops this one does so
    /// to that one. Never returns.
    /// </summary>
    /// <exception cref="IOException">It cannot be run.</exception>
    public static unsafe void Replace(ProcessStartInfo start)
    {
        RemoveDiagnosticFiles();
        _ = Execute(
            start.FileName,
            ToPointers([start.FileName, .. start.ArgumentList]),
            ToPointers([.. start.Environment.Where(variable => variable.Value is not null).Select(variable => $"{variable.Key}={variable.Value}")]));
        throw new IOException($"{start.FileName} cannot be run: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>The runtime removes the sockets for its debuggers at its end, which an exec is not.</summary>
    private static void RemoveDiagnosticFiles()
    {
        foreach (var pattern in (string[])[$"dotnet-diagnostic-{Environment.ProcessId}-*", $"clr-debug-pipe-{Environment.ProcessId}-*"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), pattern))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Never freed: another program takes the place of this one, or it ends.</summary>
    private static unsafe byte** ToPointers(string[] texts)
    {
        var pointers = (byte**)NativeMemory.AllocZeroed((nuint)texts.Length + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
        {
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return pointers;
    }

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, byte** arguments, byte** environment);
}
