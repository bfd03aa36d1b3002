using System.ComponentModel;
using System.Diagnostics;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>A copy of the tests in node/ with what they need from npm.</summary>
internal static class NodeSuite
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly Lazy<string?> Preparation = new(Prepare);

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing => Preparation.Value;

    private static string Folder => Path.Combine(Repository.Root, "artifacts", "node-suite");

    /// <summary>Runs the suite.</summary>
    public static (int ExitCode, string Output) Run(Uri server) => Run("node", ["--test", "suite.mjs"], server.GetLeftPart(UriPartial.Authority));

    private static string? Prepare()
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "Serving", "node")))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        }

        try
        {
            Run("node", ["--version"]);
            var (exitCode, output) = Run(
                "npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0", "--loglevel=error"]);
            return exitCode == 0 ? null : $"npm install failed: {output.Trim()}";
        }
        catch (Win32Exception exception)
        {
            return $"needs Node and npm: {exception.Message}";
        }
    }

    private static (int ExitCode, string Output) Run(string program, string[] arguments, string? server = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SERVER"] = server;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{program} {string.Join(' ', arguments)} did not end within {Deadline}.");
        }

        return (process.ExitCode, output.Result + errors.Result);
    }
}
