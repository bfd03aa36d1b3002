using System.Diagnostics;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Settings;

/// <summary>Reads the settings of <c>serve</c> again: runs the command that read them first.</summary>
internal sealed class SettingsReader(ServeReload reload, TimeProvider time)
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(1);

    /// <exception cref="SupervisorException">The settings mean nothing, or cannot be read; the message is for the log.</exception>
    public async Task<ServeOptions> ReadAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return ServeHandover.Parse(await RunAsync(either.Token));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw Failed($"{reload.Program} did not read the settings within {_timeout.TotalSeconds:0} s.");
        }
    }

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(reload.Program, reload.Arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            var text = await output;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? text : throw Failed(errors.Trim().ReplaceLineEndings("; "));
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw Failed($"{start.FileName} cannot be run: {exception.Message}");
        }
    }

    private static SupervisorException Failed(string message) => new(ErrorCodes.InvalidRequest, message);
}
