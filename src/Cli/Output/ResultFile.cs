using System.Text;

namespace LmDeploy.Cli.Output;

/// <summary>Where <c>--json</c> writes: a file, or standard output for <c>-</c>.</summary>
internal static class ResultFile
{
    public const string StandardOutput = "-";

    /// <summary>Sees that the file can be written, before any work is done for it. What it holds stays until there are results.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    public static void Check(string? path, string flag = "--json")
    {
        if (path is null or StandardOutput)
        {
            return;
        }

        try
        {
            Probe(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{flag} {path} cannot be written: {e.Message}", e);
        }
    }

    public static async Task WriteLinesAsync(string path, Terminal terminal, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        if (path == StandardOutput)
        {
            foreach (var line in lines)
            {
                await terminal.Out.WriteLineAsync(line.AsMemory(), cancellationToken);
            }
        }
        else
        {
            await File.WriteAllLinesAsync(path, lines, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
        }
    }

    /// <summary>A file that is there is not opened: it may be a pipe, whose reader would take the closing for its end.</summary>
    private static void Probe(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a folder.");
        }

        if (!File.Exists(path))
        {
            using var made = new FileStream(
                path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
        }
        else if (File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
        {
            throw new UnauthorizedAccessException("it is read-only.");
        }
    }
}
