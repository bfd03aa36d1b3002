using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Logs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Failures;

public sealed class StandardErrorTests
{
    private readonly WorkerLog _log = new(TimeProvider.System);

    [Fact]
    public void Last_KeepsTheLineThatSaysWhy_BeforeALongStackTrace()
    {
        _log.Add(LogSource.Stderr, "a warning");
        _log.Add(LogSource.Stderr, "Unhandled exception. System.InvalidOperationException: the cause");
        for (var frame = 0; frame < 50; frame++)
        {
            _log.Add(LogSource.Stderr, $"   at Frame{frame}()");
        }

        var lines = StandardError.Last(_log, 5);

        lines.Count.ShouldBe(5);
        lines[0].ShouldContain("the cause");
        lines[^1].ShouldContain("Frame49");
    }

    [Fact]
    public void Last_TakesThemAsTheyAreOtherwise()
    {
        _log.Add(LogSource.Stderr, "one");
        _log.Add(LogSource.Stdout, "not this");
        _log.Add(LogSource.Stderr, "two");

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
