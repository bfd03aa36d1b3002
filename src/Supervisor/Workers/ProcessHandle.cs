using LmDeploy.Supervisor.Native;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Signals one process, never a later one with the same pid. Uses a pidfd (Linux 5.3), so that a signal needs no further descriptor.</summary>
internal sealed class ProcessHandle : IDisposable
{
    private readonly SafeFileHandle _descriptor;
    private readonly ProcessTable _processes;
    private readonly bool _isBound;

    /// <summary>For a child that was just started.</summary>
    public ProcessHandle(int pid, ProcessTable processes)
    {
        _descriptor = LibC.OpenProcess(pid);
        _processes = processes;
        Identity = processes.Find(pid)?.Identity ?? new ProcessIdentity(pid, 0);
        _isBound = !_descriptor.IsInvalid;
    }

    public ProcessHandle(ProcessIdentity identity, ProcessTable processes)
    {
        _descriptor = LibC.OpenProcess(identity.Pid);
        _processes = processes;
        Identity = identity;

        // The descriptor may have been opened on a later owner of the number; one that is still there with this start time was there before.
        _isBound = !_descriptor.IsInvalid && processes.IsRunning(identity);
    }

    public ProcessIdentity Identity { get; }

    /// <summary>
    /// Whether the number is still this process's: it runs, or has ended and was not reaped. So long a process group of that number is its own.
    /// </summary>
    public bool HoldsNumber => _isBound ? LibC.SignalProcess(_descriptor, 0) : _processes.IsRunning(Identity);

    public void Signal(int signal)
    {
        if (_isBound)
        {
            LibC.SignalProcess(_descriptor, signal);
        }
        else if (_descriptor.IsInvalid && _processes.IsRunning(Identity))
        {
            _ = LibC.Kill(Identity.Pid, signal);
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
