using System.Runtime.InteropServices;

namespace LmDeploy.Cli.Hosting;

/// <summary>
/// Handles SIGINT and SIGTERM. The first one cancels the command, which releases its memory; a second one ends this process at once. A command may
/// override SIGINT. Thread-safe.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private Action? _taker;

    /// <summary>Cancelled when the command is to end.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>What the process ends with when it was interrupted.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Interrupted;

    public void Listen()
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
    }

    /// <summary>Overrides SIGINT; null restores its usual effect.</summary>
    public void Take(Action? instead) => Volatile.Write(ref _taker, instead);

    /// <summary>What SIGINT does; for tests.</summary>
    public void Interrupt()
    {
        if (Volatile.Read(ref _taker) is { } taker)
        {
            taker();
        }
        else
        {
            _end.Cancel();
        }
    }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _end.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = !_end.IsCancellationRequested;
        if (context.Signal == PosixSignal.SIGINT)
        {
            Interrupt();
            return;
        }

        ExitCode = ExitCodes.Terminated;
        _end.Cancel();
    }
}
