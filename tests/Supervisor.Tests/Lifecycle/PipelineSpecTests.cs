using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class PipelineSpecTests
{
    [Fact]
    public void Create_TakesItsNameFromTheFolder()
    {
        var spec = PipelineSpec.Create(new OpenPipeline { Model = "/models/pebble/" }, holderPid: 7);

        spec.Name.ShouldBe("pebble");
        spec.Model.ShouldBe("/models/pebble");
        spec.LoadTimeout.ShouldBe(TimeSpan.FromMinutes(10));
        spec.StopGrace.ShouldBe(TimeSpan.FromMilliseconds(100));
        spec.MaxRestarts.ShouldBe(5);
        spec.RestartWindow.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Create_MakesKeysThatCannotBeGuessed()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => PipelineSpec.Create(new OpenPipeline { Model = "/m" }, 0).Key).ToList();

        keys.Distinct().Count().ShouldBe(100);
        keys.ShouldAllBe(key => key.Length == 32 && key.All(char.IsAsciiHexDigitLower));
    }

    [Theory]
    [InlineData("", null, null, "model")]
    [InlineData("relative/folder", null, null, "model")]
    [InlineData("/m", 0L, null, "load_timeout_ms")]
    [InlineData("/m", 90_000_000L, null, "load_timeout_ms")]
    [InlineData("/m", null, -1L, "stop_grace_ms")]
    public void Create_NamesWhatIsWrong(string model, long? loadTimeout, long? stopGrace, string subject)
    {
        var supervision = new SupervisionConfig
        {
            LoadTimeout = loadTimeout is { } load ? Durations.Milliseconds(load) : null,
            StopGrace = stopGrace is { } grace ? Durations.Milliseconds(grace) : null,
        };
        var error = Should.Throw<SupervisorException>(() => PipelineSpec.Create(new OpenPipeline { Model = model, Supervision = supervision }, 0)).Error;

        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Subject.ShouldBe(subject);
    }

    [Theory]
    [InlineData(-1, 60_000, "max_restarts")]
    [InlineData(1001, 60_000, "max_restarts")]
    [InlineData(5, 0, "restart_window_ms")]
    [InlineData(5, 86_400_001, "restart_window_ms")]
    public void Create_ChecksTheRestartSettings(int maxRestarts, long window, string subject) =>
        Should.Throw<SupervisorException>(() => PipelineSpec.Create(
            new OpenPipeline
            {
                Model = "/m",
                Supervision = new SupervisionConfig { MaxRestarts = maxRestarts, RestartWindow = Durations.Milliseconds(window) },
            }, 0)).Error.Subject.ShouldBe(subject);

    /// <summary>What the format can say and no clock does.</summary>
    [Theory]
    [InlineData(1, -1)]
    [InlineData(1, 1_000_000_000)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, 0)]
    public void Create_RefusesDurationsThatAreNone(long seconds, int nanos) => Should.Throw<SupervisorException>(() => PipelineSpec.Create(
        new OpenPipeline { Model = "/m", Supervision = new SupervisionConfig { HangTimeout = new Duration { Seconds = seconds, Nanos = nanos } } },
        0)).Error.Subject.ShouldBe("hang_timeout_ms");

    [Fact]
    public void Create_WantsOpenFirst() => Should.Throw<SupervisorException>(() => PipelineSpec.Create(null, 0)).Error.Subject.ShouldBe("open");
}
