using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class HostMemoryTests : IDisposable
{
    private const long Kibi = 1024;

    private readonly TemporaryFolder _root = new();

    public HostMemoryTests()
    {
        Write("proc/meminfo", "MemTotal:       8000 kB\nMemFree:         100 kB\nMemAvailable:   5000 kB\n");
        Write("proc/self/cgroup", "");
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Read_WithoutAGroupIsTheHosts() => Read().ShouldBe((8000 * Kibi, 5000 * Kibi));

    [Fact]
    public void Read_WithoutProcIsNothing() => new HostMemory(_root.File("nowhere")).Read().ShouldBeNull();

    [Fact]
    public void Read_OfVersion2CountsPageCacheAsFree()
    {
        Write("proc/self/cgroup", "0::/service\n");
        Write("sys/fs/cgroup/service/memory.max", "3000000\n");
        Write("sys/fs/cgroup/service/memory.current", "2500000\n");
        Write("sys/fs/cgroup/service/memory.stat", "anon 1000000\ninactive_file 700000\nactive_file 300000\n");

        Read().ShouldBe((3_000_000, 1_500_000));
    }

    [Fact]
    public void Read_OfVersion1IsTheSame()
    {
        Write("proc/self/cgroup", "9:cpu,cpuacct:/x\n4:memory:/jobs/one\n");
        Write("sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes", "3000000\n");
        Write("sys/fs/cgroup/memory/jobs/one/memory.usage_in_bytes", "2500000\n");
        Write("sys/fs/cgroup/memory/jobs/one/memory.stat", "inactive_file 5\ntotal_inactive_file 700000\ntotal_active_file 300000\n");

        Read().ShouldBe((3_000_000, 1_500_000));
    }

    [Fact]
    public void Read_TakesTheTightestOfTheGroupsAbove()
    {
        Write("proc/self/cgroup", "0::/outer/inner\n");
        Write("sys/fs/cgroup/outer/memory.max", "2000000\n");
        Write("sys/fs/cgroup/outer/memory.current", "500000\n");
        Write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        Write("sys/fs/cgroup/outer/inner/memory.current", "400000\n");

        Read().ShouldBe((2_000_000, 1_500_000));
    }

    [Fact]
    public void Read_InAContainerWhosePathIsTheHostsLooksAtItsRoot()
    {
        Write("proc/self/cgroup", "4:memory:/docker/0123\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "200000\n");

        Read().ShouldBe((1_000_000, 800_000));
    }

    [Fact]
    public void Read_OfAGroupOverItsLimitIsNothingFree()
    {
        Write("proc/self/cgroup", "0::/\n");
        Write("sys/fs/cgroup/memory.max", "1000000\n");
        Write("sys/fs/cgroup/memory.current", "1200000\n");

        Read().ShouldBe((1_000_000, 0));
    }

    [Fact]
    public void Read_OfAnUnlimitedGroupIsTheHosts()
    {
        Write("proc/self/cgroup", "4:memory:/\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "200000\n");

        Read().ShouldBe((8000 * Kibi, 5000 * Kibi));
    }

    private (long Total, long Free)? Read() => new HostMemory(_root.Path).Read();

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.File(path))!);
        File.WriteAllText(_root.File(path), text);
    }
}
