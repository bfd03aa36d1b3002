using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Gpu;

public sealed class GpuNodesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 0, false)]
    [InlineData(null, 1, false)]
    [InlineData(null, 2, true)]
    [InlineData("0,1", 2, true)]
    [InlineData("0,1", 1, false)]
    [InlineData("1", 2, false)]
    [InlineData("", 2, false)]
    [InlineData("MIG-1234", 2, false)]
    public void AreSeveral_CountsThoseThatWorkersMayUse(string? visible, int nodes, bool expected)
    {
        foreach (var name in Enumerable.Range(0, nodes).Select(index => $"nvidia{index}").Concat(["nvidiactl", "nvidia-uvm", "nvidia-modeset", "null"]))
        {
            File.WriteAllText(_folder.File(name), "");
        }

        new GpuNodes(visible, _folder.Path).AreSeveral.ShouldBe(expected);
    }

    [Fact]
    public void AreSeveral_WithoutTheFolderIsNot() => new GpuNodes(null, _folder.File("nowhere")).AreSeveral.ShouldBeFalse();
}
