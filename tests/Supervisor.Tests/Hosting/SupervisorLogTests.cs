using LmDeploy.Supervisor.Hosting;
using Microsoft.Extensions.Logging;

namespace LmDeploy.Supervisor.Tests.Hosting;

public sealed class SupervisorLogTests
{
    [Fact]
    public void Log_OnAFullDiskDoesNotFail()
    {
        using var log = new SupervisorLog("/dev/full", TimeProvider.System);
        Should.NotThrow(() => log.CreateLogger("tests").Log(LogLevel.Error, default, "nobody will read this", null, (line, _) => line));
    }
}
