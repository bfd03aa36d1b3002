using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class TimeSettingTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(0, 1_000_000)]
    [InlineData(1, 500_000_000)]
    [InlineData(86_400, 0)]
    public void Read_TakesWhatIsInRange(long seconds, int nanos) =>
        Read(seconds, nanos).ShouldBe(TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(nanos / 1e6));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(86_400, 1_000_000)]
    [InlineData(-1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, 1_000_000_000)]
    [InlineData(long.MaxValue, 0)]
    [InlineData(long.MinValue, int.MinValue)]
    public void Read_RefusesWhatIsNot(long seconds, int nanos)
    {
        var error = Should.Throw<SupervisorException>(() => Read(seconds, nanos)).Error;
        error.Subject.ShouldBe("ttl");
        error.Message.ShouldContain("expected 1 to 86400000 ms");
    }

    [Fact]
    public void Read_OfNoneIsTheDefault() => TimeSetting.Read("ttl", null, TimeSpan.Zero, Day, fallback: Day).ShouldBe(Day);

    private static TimeSpan Read(long seconds, int nanos) =>
        TimeSetting.Read("ttl", new Duration { Seconds = seconds, Nanos = nanos }, TimeSpan.FromMilliseconds(1), Day, fallback: Day);
}
