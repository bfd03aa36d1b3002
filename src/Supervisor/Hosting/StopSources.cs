using System.Runtime.InteropServices;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// Listens for what ends the supervisor from outside: SIGTERM, which lets running requests finish, and in a hurry SIGINT and, for
/// one that is owned, the end of its standard input.
/// </summary>
internal sealed class StopSources : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;

    public StopSources(SupervisorOptions options, StopSignal stop)
    {
        _signals = [On(PosixSignal.SIGTERM, stop.Drain), On(PosixSignal.SIGINT, stop.Request)];
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
                // Nothing that the owner writes means anything: only the end does.
            }

            stop.Request("the owner closed standard input");
        }
        catch (IOException exception)
        {
            stop.Request($"standard input cannot be read: {exception.Message}");
        }
    }
}
