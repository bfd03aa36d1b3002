using LmDeploy.Supervisor.Failures;

namespace LmDeploy.Supervisor.Tests.Failures;

public sealed class KernelLogTests
{
    [Theory]
    [InlineData("6,339,5140900,-;NET: Registered PF_NETLINK\n SUBSYSTEM=net\n", "NET: Registered PF_NETLINK")]
    [InlineData("3,12,99999999,-,caller=T1;text; with; semicolons\n", "text; with; semicolons")]
    [InlineData("6,339,4999999,-;too old", null)]
    [InlineData("6,339;no time", null)]
    [InlineData("nothing of a record", null)]
    [InlineData("", null)]
    public void Parse_TakesTheTextOfWhatIsNotOlder(string record, string? text) => KernelLog.Parse(record, TimeSpan.FromSeconds(5)).ShouldBe(text);

    [Fact]
    public void Since_NeverFails() => Should.NotThrow(() => new KernelLog().Since(TimeSpan.Zero));
}
