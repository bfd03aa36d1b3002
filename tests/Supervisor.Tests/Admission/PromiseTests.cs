using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class PromiseTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ToLine_IsWhatTryParseReads(bool isLoaded)
    {
        var promise = new Promise(new ProcessIdentity(12, 34), 5, new ProcessIdentity(67, 89), 1L << 40, isLoaded);

        Promise.TryParse(promise.ToLine(), out var read).ShouldBeTrue();

        read.ShouldBe(promise);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 3")]
    [InlineData("1 2 3 4 5 -6 0")]
    [InlineData("1 2 3 4 5 6 0 7")]
    [InlineData("1 2 3 4 x 6 0")]
    [InlineData("99999999999 2 3 4 5 6 0")]
    public void TryParse_RefusesWhatIsNoPromise(string line) => Promise.TryParse(line, out _).ShouldBeFalse();
}
