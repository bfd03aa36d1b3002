using System.Runtime.InteropServices;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// Listens for external stop requests. SIGTERM drains running requests until a deadline, SIGQUIT without one. SIGINT, and the end of standard input for an
/// owned supervisor, stop at once. SIGHUP reads settings again, and never ends the supervisor.
/// </summary>
internal sealed class StopSources : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;

    public StopSources(SupervisorOptions options, StopSignal stop, ReloadSignal reload)
    {
        _signals =
        [
            On(PosixSignal.SIGTERM, reason => stop.Drain(reason)),
            On(PosixSignal.SIGQUIT, reason => stop.Drain(reason, isPatient: true)),
            On(PosixSignal.SIGINT, stop.Request),
            On(PosixSignal.SIGHUP, _ => reload.Request()),
        ];
        if (options.Owned)
        {
            new Thread(() => WaitForOwner(stop)) { Name = "owner watch", IsBackground = true }.Start();
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }

    private static PosixSignalRegistration On(PosixSignal signal, Action<string> end) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        end(context.Signal.ToString());
    });

    private static void WaitForOwner(StopSignal stop)
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        try
        {
            while (input.Read(ignored) > 0)
            {
                // Ignores what the owner writes; only the end of the stream matters.
            }

            stop.Request("the owner closed standard input");
        }
        catch (IOException exception)
        {
            stop.Request($"standard input cannot be read: {exception.Message}");
        }
    }
}
