using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Logs;

namespace LmDeploy.Supervisor.Tests.Failures;

public sealed class StandardErrorTests
{
    private readonly WorkerLog _log = new(TimeProvider.System);

    [Fact]
    public void Last_KeepsTheLineThatSaysWhy_BeforeALongStackTrace()
    {
        _log.Add(WorkerLog.StandardError, "a warning");
        _log.Add(WorkerLog.StandardError, "Unhandled exception. System.InvalidOperationException: the cause");
        for (var frame = 0; frame < 50; frame++)
        {
            _log.Add(WorkerLog.StandardError, $"   at Frame{frame}()");
        }

        var lines = StandardError.Last(_log, 5);

        lines.Count.ShouldBe(5);
        lines[0].ShouldContain("the cause");
        lines[^1].ShouldContain("Frame49");
    }

    [Fact]
    public void Last_TakesThemAsTheyAreOtherwise()
    {
        _log.Add(WorkerLog.StandardError, "one");
        _log.Add(WorkerLog.StandardOutput, "not this");
        _log.Add(WorkerLog.StandardError, "two");

        StandardError.Last(_log, 5).ShouldBe(["one", "two"]);
        StandardError.Last(_log, 1).ShouldBe(["two"]);
    }

    [Fact]
    public void CudaError_IsTheFirst() => StandardError.CudaError(
        ["fine", "The step failed: System.Exception: CUDA error: an illegal memory access was encountered", "CUDA error: later ones follow"])
        .ShouldBe("CUDA error: an illegal memory access was encountered");

    [Fact]
    public void CudaError_IsEmptyWithoutOne() => StandardError.CudaError(["fine"]).ShouldBe("");
}
