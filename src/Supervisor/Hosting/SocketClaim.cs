using System.Runtime.InteropServices;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Native;
using LmDeploy.Supervisor.Tasks;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// The right to listen on a socket. The lock file is locked for the supervisor's life. The log file, which outlives every
/// supervisor, is the gate: it is locked while one starts and while one leaves, so that who finds the lock taken knows that
/// its holder can be connected to. The kernel frees both locks at a death.
/// </summary>
internal sealed class SocketClaim : IDisposable
{
    private const uint OwnerOnly = 0x180; // 0600
    private const int WouldBlock = 11; // EWOULDBLOCK

    private static readonly TimeSpan GateTimeout = TimeSpan.FromSeconds(1);

    private readonly SupervisorOptions _options;
    private readonly SafeFileHandle _lock;
    private SafeFileHandle? _gate;

    private SocketClaim(SupervisorOptions options, SafeFileHandle gate, SafeFileHandle file)
    {
        _options = options;
        _gate = gate;
        _lock = file;
    }

    /// <summary>Waits until nobody starts or leaves, then takes the lock.</summary>
    /// <returns>Null when another supervisor holds the socket; it listens.</returns>
    /// <exception cref="IOException">A file cannot be opened or locked.</exception>
    public static SocketClaim? TryTake(SupervisorOptions options)
    {
        var gate = Lock(options.LogFile, LibC.LockExclusive)!;
        if (Lock(options.LockFile, LibC.LockExclusive | LibC.LockNow) is { } file)
        {
            return new SocketClaim(options, gate, file);
        }

        gate.Dispose();
        return null;
    }

    /// <summary>Says that the socket can be connected to.</summary>
    public void OpenGate()
    {
        _gate?.Dispose();
        _gate = null;
    }

    /// <summary>Says that the socket is about to close: who comes now waits until this process has ended.</summary>
    public async Task CloseGateAsync(TimeProvider time)
    {
        // Somebody who was stopped while he held the gate must not keep this process here.
        var locking = Task.Run(() => Lock(_options.LogFile, LibC.LockExclusive));
        _gate = await locking.CompletesWithinAsync(GateTimeout, time) && locking.IsCompletedSuccessfully ? await locking : null;
    }

    /// <summary>Frees the lock. Its file goes too, unless the gate is open: then somebody may be about to lock that very file.</summary>
    public void Dispose()
    {
        if (_gate is not null)
        {
            File.Delete(_options.LockFile);
        }

        _lock.Dispose();
        OpenGate();
    }

    private static SafeFileHandle? Lock(string path, int operation)
    {
        var file = LibC.Open(path, LibC.OpenAppend, OwnerOnly);
        if (!file.IsInvalid && LibC.Lock(file, operation) == 0)
        {
            return file;
        }

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error == WouldBlock ? null : throw new IOException($"{path} cannot be locked: {Marshal.GetPInvokeErrorMessage(error)}");
    }
}
