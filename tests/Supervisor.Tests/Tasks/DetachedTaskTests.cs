using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Tasks;

public sealed class DetachedTaskTests
{
    [Fact]
    public async Task Failure_GoesToTheHandler()
    {
        var told = new TaskCompletionSource<Exception>();
        var work = new TaskCompletionSource();

        work.Task.Detach(told.SetResult);
        told.Task.IsCompleted.ShouldBeFalse();
        work.SetException(new InvalidOperationException("what nobody foresaw"));

        (await told.Task.InTime()).Message.ShouldBe("what nobody foresaw");
    }

    [Fact]
    public async Task Cancellation_IsAFailureToo()
    {
        var told = new TaskCompletionSource<Exception>();

        Task.FromCanceled(new CancellationToken(canceled: true)).Detach(told.SetResult);

        (await told.Task.InTime()).ShouldBeAssignableTo<OperationCanceledException>();
    }
}
