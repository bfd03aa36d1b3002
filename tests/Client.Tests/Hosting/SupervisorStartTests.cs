using LmDeploy.Hosting;

namespace LmDeploy.Tests.Hosting;

public sealed class SupervisorStartTests
{
    [Theory]
    [InlineData(0, false, "")]
    [InlineData(0, true, "")]
    [InlineData(2, false, " --standby 2")]
    [InlineData(2, true, " --standby 2 --standby-cuda")]
    public void Arguments_AskForWorkersInStandbyOnlyWhenThereAreToBeSome(int standby, bool cuda, string expected)
    {
        var start = new SupervisorStart(
            new Installation("/opt/l"),
            "/run/s.sock",
            IsOwned: true,
            TimeSpan.Zero,
            TimeSpan.FromSeconds(30),
            TimeSpan.FromSeconds(1)) { Standby = standby, StandbyCuda = cuda };

        string.Join(' ', start.Arguments).ShouldBe($"--socket /run/s.sock --idle-timeout 0 --client-timeout 30 --owned{expected}");
    }

    [Theory]
    [InlineData(EngineDevice.Cpu, null, "--first-worker cpu")]
    [InlineData(EngineDevice.Auto, null, "--first-worker gpu")]
    [InlineData(EngineDevice.Cuda, null, "--first-worker gpu")]
    [InlineData(EngineDevice.Cpu, 1L << 30, "")]
    public void Arguments_AskForTheWorkerThatThePipelineCanUse(EngineDevice device, long? limit, string expected)
    {
        var config = new EngineConfig { Device = device, Admission = new() { MemoryLimit = limit } };
        var start = new SupervisorStart(
            new Installation("/opt/l"),
            "/run/s.sock",
            IsOwned: false,
            TimeSpan.Zero,
            TimeSpan.FromSeconds(30),
            TimeSpan.FromSeconds(1)) { FirstWorker = config.FirstWorker };

        string.Join(' ', start.Arguments.SkipWhile(argument => argument != "--first-worker")).ShouldBe(expected);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(17)]
    public void Standby_OutOfRangeIsRefused(int standby) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SupervisorOptions { StandbyWorkers = standby });
}
