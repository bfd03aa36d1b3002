using System.Runtime.InteropServices;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Native;
using LmDeploy.Supervisor.Tasks;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// The exclusive claim to listen on a socket. The lock file is locked for the supervisor's life. The log file, which outlives every supervisor, is
/// the gate: it is locked while a supervisor starts or leaves. So a process that finds the lock taken and the gate open can connect to the holder.
/// The kernel releases both locks when a process dies.
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

    /// <summary>Waits, for as long as it takes, until no supervisor starts or leaves, and lets none of them do so any more.</summary>
    /// <returns>The gate, locked; closing it opens the gate.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static SafeFileHandle WaitForGate(SupervisorOptions options) => Lock(options.LogFile, LibC.LockExclusive)!;

    /// <summary>Takes the lock, without waiting.</summary>
    /// <param name="options">The socket.</param>
    /// <param name="gate">The locked gate, which the claim owns from now on.</param>
    /// <returns>Null when another supervisor holds the socket; it listens.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static SocketClaim? TryTake(SupervisorOptions options, SafeFileHandle gate)
    {
        if (Lock(options.LockFile, LibC.LockExclusive | LibC.LockNow) is { } file)
        {
            return new SocketClaim(options, gate, file);
        }

        gate.Dispose();
        return null;
    }

    /// <summary>Opens the gate: the socket accepts connections.</summary>
    public void OpenGate()
    {
        _gate?.Dispose();
        _gate = null;
    }

    /// <summary>Closes the gate: the socket is about to close, and new supervisors wait until this process has ended.</summary>
    public async Task CloseGateAsync(TimeProvider time)
    {
        // A suspended process that holds the gate must not block this one.
        var locking = Task.Run(() => Lock(_options.LogFile, LibC.LockExclusive));
        _gate = await locking.CompletesWithinAsync(GateTimeout, time) && locking.IsCompletedSuccessfully ? await locking : null;
    }

    /// <summary>Releases the lock and removes its file, unless the gate is open: then another process may be about to lock that file.</summary>
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
