using LmDeploy.Supervisor.Failures;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A kernel that says what the test says.</summary>
internal sealed class FakeKernelLog : IKernelLog
{
    public List<string> Messages { get; } = [];

    public IReadOnlyList<string> Since(TimeSpan afterBoot) => Messages;
}
