using LmDeploy.Engine.Native;

namespace LmDeploy.Worker.Guards;

/// <summary>Ends the process when its parent does, by the kernel's parent-death signal and by a watch on the parent's pidfd.</summary>
internal static class ParentWatch
{
    /// <summary>
    /// Arms both. The parent is compared after the signal is armed: a parent that died before that has already been replaced,
    /// and the signal would never come.
    /// </summary>
    public static void Arm(int parentProcessId)
    {
        LibC.SetParentDeathSignal(LibC.SigKill);
        if (LibC.GetParentProcessId() != parentProcessId)
        {
            LibC.ExitNow(0);
        }

        var parent = LibC.OpenPidFd(parentProcessId);
        if (parent < 0)
        {
            return;
        }

        new Thread(() =>
        {
            if (LibC.WaitReadable(parent))
            {
                LibC.ExitNow(0);
            }
        })
        { Name = "parent-watch", IsBackground = true }.Start();
    }
}
