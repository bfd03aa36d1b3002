using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>
/// Whether a libtorch works here, found out in a process of its own (a bad one can take its process down) and remembered on disk
/// until the library changes.
/// </summary>
/// <param name="cacheFolder">Where verdicts are kept; one small file each.</param>
/// <param name="probe">Tests a libtorch: null when it works, else what is wrong.</param>
internal sealed class LibTorchVerdicts(string cacheFolder, Func<LibTorchCandidate, string?> probe)
{
    private const string Works = "works";

    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(60);

    public static string DefaultCacheFolder => UserCache.Folder("libtorch");

    /// <summary>Asks the cache, else tests the library and remembers the answer.</summary>
    public (bool Works, string Detail) Get(LibTorchCandidate candidate)
    {
        var file = Path.Combine(cacheFolder, Key(candidate));
        var verdict = Read(file);
        if (verdict is null)
        {
            verdict = probe(candidate) ?? Works;
            Write(file, verdict);
        }

        return (verdict == Works, verdict);
    }

    /// <summary>Runs this program's self-test on the library in a child process.</summary>
    public static string? ProbeInChildProcess(LibTorchCandidate candidate)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["--self-test-libtorch", candidate.Folder])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using var child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        var errors = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(ProbeDeadline))
        {
            child.Kill(entireProcessTree: true);
            return $"the self-test did not end within {ProbeDeadline.TotalSeconds} s";
        }

        var detail = errors.Wait(ProbeDeadline) ? errors.Result.Trim() : "";
        return child.ExitCode == 0 ? null : $"the self-test ended with {child.ExitCode}: {detail}";
    }

    private static string Key(LibTorchCandidate candidate)
    {
        var library = new FileInfo(Path.Combine(candidate.Folder, "libtorch_cpu.so"));
        var identity = $"{library.FullName}|{library.Length}|{library.LastWriteTimeUtc.Ticks}|{typeof(TorchSharp.torch).Assembly.GetName().Version}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..32];
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file) is { Length: > 0 } text ? text : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Write(string file, string verdict)
    {
        try
        {
            Directory.CreateDirectory(cacheFolder);
            var temporary = $"{file}.{Environment.ProcessId}";
            File.WriteAllText(temporary, verdict);
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"Cannot remember the libtorch verdict in '{file}': {e.Message}");
        }
    }
}
