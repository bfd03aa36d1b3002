using LmDeploy.Supervisor.Native;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Signals one very process and no other that may get its number later.</summary>
internal sealed class ProcessHandle : IDisposable
{
    private readonly SafeFileHandle _descriptor;
    private readonly ProcessTable _processes;

    public ProcessHandle(int pid, ProcessTable processes)
    {
        _descriptor = LibC.OpenProcess(pid);
        _processes = processes;
        Identity = processes.Find(pid)?.Identity ?? new ProcessIdentity(pid, 0);
    }

    public ProcessHandle(ProcessIdentity identity, ProcessTable processes)
    {
        _descriptor = LibC.OpenProcess(identity.Pid);
        _processes = processes;
        Identity = identity;
    }

    public ProcessIdentity Identity { get; }

    public void Signal(int signal)
    {
        // The descriptor may have been opened on a later owner of the number, so the start time is compared in both cases.
        if (!_processes.IsRunning(Identity))
        {
            return;
        }

        if (_descriptor.IsInvalid)
        {
            _ = LibC.Kill(Identity.Pid, signal);
        }
        else
        {
            LibC.SignalProcess(_descriptor, signal);
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
