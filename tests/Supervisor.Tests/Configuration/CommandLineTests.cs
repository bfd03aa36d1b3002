using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;

namespace LmDeploy.Supervisor.Tests.Configuration;

public sealed class CommandLineTests
{
    [Fact]
    public void Parse_HasDefaults()
    {
        var options = CommandLine.Parse(["--socket", "/run/x/s.sock"]);

        options.IdleTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        options.StartTimeout.ShouldBe(TimeSpan.FromSeconds(60));
        options.Owned.ShouldBeFalse();
        options.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(10));
        options.Standby.ShouldBe(0);
        options.StandbyCuda.ShouldBeFalse();
        options.FirstWorker.ShouldBe(FirstWorkerDevice.None);
        options.HostMemory.ShouldBeNull();
        options.Folder.ShouldBe("/run/x");
        options.LockFile.ShouldBe("/run/x/s.sock.lock");
    }

    [Fact]
    public void Parse_TakesEveryOption()
    {
        var options = CommandLine.Parse([
            "--socket", "/s/s", "--idle-timeout", "0", "--home", "/opt/l", "--owned", "--start-timeout", "1.5", "--client-timeout", "9",
            "--drain-timeout", "0", "--standby-cuda", "--standby", "16", "--first-worker", "gpu", "--host-memory", "1000",
        ]);

        options.IdleTimeout.ShouldBe(TimeSpan.Zero);
        options.WorkerExecutable.ShouldBe("/opt/l/worker/lmdeploy-worker");
        options.Owned.ShouldBeTrue();
        options.StartTimeout.ShouldBe(TimeSpan.FromSeconds(1.5));
        options.ClientTimeout.ShouldBe(TimeSpan.FromSeconds(9));
        options.DrainTimeout.ShouldBe(TimeSpan.Zero);
        options.Standby.ShouldBe(16);
        options.StandbyCuda.ShouldBeTrue();
        options.FirstWorker.ShouldBe(FirstWorkerDevice.Gpu);
        options.HostMemory.ShouldBe(1000);
    }

    [Theory]
    [InlineData("--socket", "--owned")]
    [InlineData("--socket", "--socket", "/")]
    [InlineData("--idle-timeout", "--socket", "/s/s", "--idle-timeout", "-1")]
    [InlineData("--idle-timeout", "--socket", "/s/s", "--idle-timeout", "NaN")]
    [InlineData("--idle-timeout", "--socket", "/s/s", "--idle-timeout")]
    [InlineData("--standby", "--socket", "/s/s", "--standby", "17")]
    [InlineData("--standby", "--socket", "/s/s", "--standby", "-1")]
    [InlineData("--drain-timeout", "--socket", "/s/s", "--drain-timeout", "-1")]
    [InlineData("--host-memory", "--socket", "/s/s", "--host-memory", "0")]
    [InlineData("--host-memory", "--socket", "/s/s", "--host-memory", "1e9")]
    [InlineData("--first-worker", "--socket", "/s/s", "--first-worker", "tpu")]
    [InlineData("--verbose", "--socket", "/s/s", "--verbose")]
    public void Parse_NamesWhatIsWrong(string subject, params string[] arguments) =>
        Should.Throw<SupervisorException>(() => CommandLine.Parse(arguments)).Error.Subject.ShouldBe(subject);

    [Fact]
    public void Parse_RefusesASocketThatWorkersCouldNotStandBeside() =>
        Should.Throw<SupervisorException>(() => CommandLine.Parse(["--socket", $"/{new string('x', 80)}/s"])).Message.ShouldContain("too long");
}
