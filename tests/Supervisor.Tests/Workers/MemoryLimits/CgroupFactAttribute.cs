using System.Runtime.CompilerServices;
using LmDeploy.Supervisor.Workers.MemoryLimits;

namespace LmDeploy.Supervisor.Tests.Workers.MemoryLimits;

/// <summary>A test that needs a control group of its own; skipped where this process may not make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CgroupFactAttribute : FactAttribute
{
    public CgroupFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = WhyNot();

    private static string? WhyNot()
    {
        if (MemoryController.Find() is not { } controller)
        {
            return "no control group with a memory controller is seen here";
        }

        try
        {
            controller.Create($"lmdeploy-probe-{Environment.ProcessId}", 64 << 20).TryRemove();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"no control group can be made here: {exception.Message}";
        }
    }
}
