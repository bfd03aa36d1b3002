using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class ExitStatusTests
{
    [Theory]
    [InlineData(0, "exit code 0")]
    [InlineData(3, "exit code 3")]
    [InlineData(134, "signal SIGABRT (code 134)")]
    [InlineData(137, "signal SIGKILL (code 137)")]
    [InlineData(159, "signal 31 (code 159)")]
    [InlineData(255, "exit code 255")]
    public void Describe_NamesSignals(int code, string words) => new ExitStatus(code).ToString().ShouldBe(words);
}
