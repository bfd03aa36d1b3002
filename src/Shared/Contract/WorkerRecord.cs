using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.V1;

/// <summary>
/// The record of a worker process and its supervisor, for cleanup after a supervisor was killed. One small file for each worker beside the
/// supervisor's socket, written right after the spawn and removed when the process was reaped.
/// </summary>
/// <param name="Supervisor">The supervisor's process.</param>
/// <param name="SupervisorStart">When it started, in the kernel's ticks.</param>
/// <param name="Worker">The worker's process.</param>
/// <param name="WorkerStart">When it started, in the kernel's ticks.</param>
/// <param name="TokenHash">What the worker's command line has after <see cref="Option"/>.</param>
/// <param name="Cgroup">The control group that was made for the worker alone; empty for none.</param>
internal sealed record WorkerRecord(int Supervisor, long SupervisorStart, int Worker, long WorkerStart, string TokenHash, string Cgroup)
{
    /// <summary>The end of the files' names.</summary>
    public const string Suffix = ".worker";

    /// <summary>The argument of a worker that its token's hash follows.</summary>
    public const string Option = "--token-hash";

    private const int HashLength = 32;

    /// <summary>The public hash of a token.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)))[..HashLength];

    /// <returns>Null for a file that is gone, or that no supervisor wrote so.</returns>
    public static WorkerRecord? TryRead(string path)
    {
        string[] parts;
        try
        {
            parts = File.ReadAllText(path).TrimEnd('\n').Split(' ', 6);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return parts.Length == 6 && TryParse(parts[0], out var supervisor) && TryParse(parts[1], out var supervisorStart)
            && TryParse(parts[2], out var worker) && TryParse(parts[3], out var workerStart)
            && supervisor is > 0 and <= int.MaxValue && worker is > 1 and <= int.MaxValue && parts[4].Length == HashLength
            ? new WorkerRecord((int)supervisor, supervisorStart, (int)worker, workerStart, parts[4], parts[5])
            : null;
    }

    /// <summary>Writes the file, or replaces it, so that nobody ever sees a part of it.</summary>
    /// <param name="path">Ends with <see cref="Suffix"/>.</param>
    /// <param name="draft">A path on the same file system, in a folder that goes by itself when this process is killed.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path, string draft)
    {
        File.WriteAllText(draft, string.Create(CultureInfo.InvariantCulture, $"{Supervisor} {SupervisorStart} {Worker} {WorkerStart} {TokenHash} {Cgroup}\n"));
        File.Move(draft, path, overwrite: true);
    }

    private static bool TryParse(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
