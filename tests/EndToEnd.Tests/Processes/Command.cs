using System.Diagnostics;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>The lmdeploy command as a real process in a sandbox.</summary>
internal static class Command
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static async Task<CommandResult> RunAsync(Sandbox sandbox, params string[] arguments)
    {
        using var process = Start(sandbox, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"lmdeploy {string.Join(' ', arguments)} did not end within {Deadline}.");
        }

        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts the command; the caller ends it.</summary>
    public static Process Start(Sandbox sandbox, params string[] arguments)
    {
        // Whatever signals a background shell had these tests ignore, commands begin with the defaults.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT", .. sandbox.Prefix, Repository.Cli, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in sandbox.Variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
