using System.Text;

namespace LmDeploy.Cli.Output;

/// <summary>Where <c>--json</c> writes: a file, or standard output for <c>-</c>.</summary>
internal static class ResultFile
{
    public const string StandardOutput = "-";

    /// <summary>Sees that the file can be made, before any work is done for it.</summary>
    /// <exception cref="UsageException">Its folder does not exist.</exception>
    public static void Check(string? path)
    {
        if (path is not null and not StandardOutput && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new UsageException($"The folder of --json {path} does not exist.");
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
}
