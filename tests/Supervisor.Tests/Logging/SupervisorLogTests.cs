using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Tests.TestDoubles;
using Microsoft.Extensions.Logging;

namespace LmDeploy.Supervisor.Tests.Logging;

public sealed class SupervisorLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Log_OnAFullDiskDoesNotFail()
    {
        using var log = new SupervisorLog("/dev/full", TimeProvider.System);
        Should.NotThrow(() => Log(log, "nobody will read this"));
    }

    [Fact]
    public async Task Log_GoesOnWhileNobodyReadsStandardError()
    {
        using var echo = new FrozenStream();
        var path = _folder.File("log");
        using var log = new SupervisorLog(path, TimeProvider.System, echo);

        var logging = Task.Run(() => Enumerable.Range(0, 20_000).ToList().ForEach(i => Log(log, $"line {i} {new string('x', 100)}")));

        await logging.InTime("20,000 lines are logged while standard error takes none");
        log.DroppedLines.ShouldBeGreaterThan(0);
        await Deadline.UntilAsync(() => File.ReadAllText(path).Contains("line 0 ", StringComparison.Ordinal), "the file gets its lines all the same");
    }

    [Fact]
    public async Task Log_SaysHowManyLinesWereDropped()
    {
        using var echo = new FrozenStream();
        using var log = new SupervisorLog(_folder.File("log"), TimeProvider.System, echo);
        for (var i = 0; i < 20_000; i++)
        {
            Log(log, $"line {i} {new string('x', 100)}");
        }

        echo.Thaw();
        await Deadline.UntilAsync(
            () =>
            {
                Log(log, "another");
                return echo.Text.Contains(" lines were dropped here", StringComparison.Ordinal);
            },
            "what was dropped is said");
    }

    [Fact]
    public async Task LogFile_BeginsAnewWhenItIsFull()
    {
        const int lineLength = 100_000;
        var path = _folder.File("log");
        using var log = new SupervisorLog(path, TimeProvider.System);
        var longest = 0L;
        for (var (i, written) = (0, 0L); written < 3 * SupervisorLog.LongestBytes; i++, written += lineLength)
        {
            Log(log, $"line {i} {new string('x', lineLength)}");
            await Deadline.UntilAsync(() => File.ReadAllText(path).Contains($" line {i} ", StringComparison.Ordinal), $"line {i} is written");
            longest = Math.Max(longest, new FileInfo(path).Length);
        }

        longest.ShouldBeInRange(SupervisorLog.LongestBytes, SupervisorLog.LongestBytes + (2 * lineLength));
        log.DroppedLines.ShouldBe(0);
    }

    private static void Log(SupervisorLog log, string line) => log.CreateLogger("tests").Log(LogLevel.Error, default, line, null, (text, _) => text);
}
