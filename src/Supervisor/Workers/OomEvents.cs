using LmDeploy.Supervisor.Native;
using LmDeploy.Supervisor.Workers.MemoryLimits;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Asks the kernel's log, which names the process, and the count of the control group, which says that there was one. Thread-safe.</summary>
/// <param name="controller">Null where there are no control groups.</param>
internal sealed class OomEvents(MemoryController? controller, string log = KernelLog.DefaultPath) : IOomEvents
{
    public OomMark Mark() => new(controller?.OomKills);

    public bool? WasKilled(ProcessIdentity worker, OomMark mark)
    {
        if (KernelLog.TryRead(log) is { } records)
        {
            return OomLine.IsAbout(worker, records);
        }

        return mark.Kills is { } before && controller?.OomKills is { } now ? now > before : null;
    }
}
