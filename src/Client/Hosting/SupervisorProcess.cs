using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>A supervisor process that was started here. Its standard input is its life-line when it is owned.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SupervisorProcess : IDisposable
{
    private const int KeptErrorLines = 20;

    private readonly Process _process;
    private readonly Queue<string> _errors = new();

    private SupervisorProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts a supervisor and waits for its word that it is ready, or that another one has the socket already.</summary>
    /// <exception cref="SupervisorUnavailableException">It cannot be started, failed, or said nothing in time.</exception>
    public static async Task<SupervisorProcess> StartAsync(SupervisorStart start, CancellationToken cancellationToken)
    {
        var process = new SupervisorProcess(Spawn(start));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(start.Timeout);
        try
        {
            process._process.ErrorDataReceived += process.KeepError;
            process._process.BeginErrorReadLine();
            await process.ReadVerdictAsync(start, deadline.Token).ConfigureAwait(false);
            return process;
        }
        catch (Exception e)
        {
            process.Kill();
            process.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw e is OperationCanceledException
                ? Failed(start, $"it was not ready within {start.Timeout.TotalSeconds:0.###} s{process.ErrorTail()}", e)
                : e;
        }
    }

    /// <summary>Ends its life-line and waits until it has left; kills it when that takes too long.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Kill();
        }
    }

    public void Dispose() => _process.Dispose();

    private static Process Spawn(SupervisorStart start)
    {
        var info = ProgramStart.Create(start.Installation.SupervisorPath, start.Arguments);
        info.RedirectStandardInput = true;
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        info.UseShellExecute = false;
        info.WorkingDirectory = start.Installation.Home;

        // The youngest generation is as large as the processor's cache otherwise, and stays resident. Hexadecimal: 4 MiB.
        info.Environment.TryAdd("DOTNET_GCgen0size", "400000");

        // A .NET process that is killed leaves its debugger's sockets in the temporary folder.
        info.Environment.TryAdd("DOTNET_EnableDiagnostics", "0");
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw Failed(start, e.Message, e);
        }
    }

    private async Task ReadVerdictAsync(SupervisorStart start, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line is "ready" or "already-running")
            {
                return;
            }

            if (line.StartsWith("failed ", StringComparison.Ordinal))
            {
                throw Failed(start, line["failed ".Length..]);
            }
        }

        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        throw Failed(start, $"it ended with exit code {_process.ExitCode}{ErrorTail()}");
    }

    private void KeepError(object sender, DataReceivedEventArgs e)
    {
        lock (_errors)
        {
            _errors.Enqueue(e.Data ?? "");
            if (_errors.Count > KeptErrorLines)
            {
                _errors.Dequeue();
            }
        }
    }

    private string ErrorTail()
    {
        lock (_errors)
        {
            var tail = string.Join('\n', _errors).Trim();
            return tail.Length == 0 ? "" : $"; its last words: {tail}";
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }
    }

    private static SupervisorUnavailableException Failed(SupervisorStart start, string reason, Exception? cause = null) => new(
        ErrorCodes.SupervisorUnavailable,
        $"The supervisor {start.Installation.SupervisorPath} could not be started: {reason}",
        start.Installation.SupervisorPath,
        cause);
}
