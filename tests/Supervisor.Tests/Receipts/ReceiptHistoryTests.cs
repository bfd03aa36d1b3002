using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Receipts;

public sealed class ReceiptHistoryTests
{
    [Fact]
    public void Add_KeepsTheNewest_AndCountsAll()
    {
        var history = new ReceiptHistory(new FakeTimeProvider());
        for (var i = 0; i < 250; i++)
        {
            history.Add(Workshop.Spec(name: $"p{i}"), new ReclaimReceipt { ReclaimedBytes = 2 });
        }

        history.All.Select(kept => kept.Name).ShouldBe(Enumerable.Range(150, 100).Select(i => $"p{i}"));
        history.ReclaimedBytes.ShouldBe(500);
    }
}
