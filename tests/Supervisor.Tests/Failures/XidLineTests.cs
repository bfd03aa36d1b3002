using LmDeploy.Supervisor.Failures;

namespace LmDeploy.Supervisor.Tests.Failures;

public sealed class XidLineTests
{
    private const int Pid = 12345;

    [Fact]
    public void Find_JoinsByPid()
    {
        string[] log =
        [
            "usb 1-1: new device",
            "NVRM: Xid (PCI:0000:3b:00): 31, pid=12345, name=lmdeploy-worker, Ch 00000008, intr 00000000. MMU Fault: ENGINE GRAPHICS",
            "NVRM: Xid (PCI:0000:3b:00): 31, pid=99, name=other, Ch 00000009",
            "NVRM: Xid (PCI:0000:3b:00): 13, pid='12345', name=lmdeploy-worker, Graphics Exception",
        ];

        var found = XidLine.Find(log, Pid).ToList();

        found.Select(xid => xid.Number).ShouldBe([31, 13]);
        found[0].Device.ShouldBe("0000:3b:00");
        found[0].Text.ShouldContain("MMU Fault");
    }

    [Theory]
    [InlineData("NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.", true)]
    [InlineData("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", true)]
    [InlineData("NVRM: Xid (PCI:0000:3b:00): 43, pid=<unknown>, name=<unknown>, Ch 00000010", false)]
    [InlineData("NVRM: Xid (0000:3b:00): 48, DBE (double bit error)", true)]
    [InlineData("NVRM: Xid (PCI:0000:3b:00): , pid=12345", false)]
    public void Find_WithoutAPidOnlyWhatBreaksADevice(string line, bool isFound)
    {
        var found = XidLine.Find([line], Pid).ToList();

        found.Count.ShouldBe(isFound ? 1 : 0);
        found.ShouldAllBe(xid => XidLine.IsOfDevice(xid));
    }
}
