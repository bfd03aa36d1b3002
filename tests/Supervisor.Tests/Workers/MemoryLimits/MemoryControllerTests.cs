using LmDeploy.Supervisor.Workers.MemoryLimits;

namespace LmDeploy.Supervisor.Tests.Workers.MemoryLimits;

public sealed class MemoryControllerTests : IDisposable
{
    private const long Limit = 100 << 20;
    private const string Unified = "sys/fs/cgroup/user.slice/app.service/";

    private readonly FakeCgroups _cgroups = new();

    public void Dispose() => _cgroups.Dispose();

    [Fact]
    public void Create_OfVersion1SetsTheLimitAndTakesTheWorkerIn()
    {
        _cgroups
            .Add("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/box\n0::/\n")
            .Add("sys/fs/cgroup/memory/box/cgroup.procs", $"1\n{FakeCgroups.Self}\n");

        MemoryController.Find(_cgroups.Root).ShouldNotBeNull().Create("w", Limit).Add(4711);

        _cgroups.Read("sys/fs/cgroup/memory/box/w/memory.limit_in_bytes").ShouldBe("104857600");
        _cgroups.Read("sys/fs/cgroup/memory/box/w/memory.memsw.limit_in_bytes").ShouldBe("104857600");
        _cgroups.Read("sys/fs/cgroup/memory/box/w/cgroup.procs").ShouldBe("4711");
    }

    [Fact]
    public void Create_OfVersion2SetsTheLimitAndForbidsSwap()
    {
        AddUnified($"{FakeCgroups.Self}\n77\n", delegated: true);

        MemoryController.Find(_cgroups.Root).ShouldNotBeNull().Create("w", Limit).Add(4711);

        _cgroups.Read(Unified + "w/memory.max").ShouldBe("104857600");
        _cgroups.Read(Unified + "w/memory.oom.group").ShouldBe("1");
        _cgroups.Read(Unified + "w/memory.swap.max").ShouldBe("0");
        _cgroups.Read(Unified + "w/cgroup.procs").ShouldBe("4711");
        _cgroups.Has(Unified + "lmdeploy-supervisor").ShouldBeFalse();
    }

    [Fact]
    public void Create_OfVersion2MovesASupervisorThatIsAloneOutOfTheWay()
    {
        AddUnified($"{FakeCgroups.Self}\n", delegated: false);

        MemoryController.Find(_cgroups.Root).ShouldNotBeNull().Create("w", Limit);

        _cgroups.Read(Unified + "lmdeploy-supervisor/cgroup.procs").ShouldBe(FakeCgroups.Self);
        _cgroups.Read(Unified + "cgroup.subtree_control").ShouldBe("+memory");
        _cgroups.Read(Unified + "w/memory.max").ShouldBe("104857600");
    }

    [Fact]
    public void Create_OfVersion2LeavesAGroupWithOthersAlone()
    {
        AddUnified($"{FakeCgroups.Self}\n77\n", delegated: false);

        Should.Throw<IOException>(() => MemoryController.Find(_cgroups.Root).ShouldNotBeNull().Create("w", Limit)).Message.ShouldContain("other processes");

        _cgroups.Has(Unified + "w").ShouldBeFalse();
        _cgroups.Read(Unified + "cgroup.subtree_control").ShouldBe("cpu\n");
    }

    [Fact]
    public void Find_KnowsTheOwnGroupAtTheRootOfAContainersMount()
    {
        _cgroups.Add("proc/self/cgroup", "4:memory:/docker/abc\n").Add("sys/fs/cgroup/memory/cgroup.procs", FakeCgroups.Self + "\n")
            .Add("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");

        MemoryController.Find(_cgroups.Root).ShouldNotBeNull().OomKills.ShouldBe(3);
    }

    [Theory]
    [InlineData("0::/user.slice/app.service\n", "cpu io\n")] // The memory controller is off.
    [InlineData("0::/elsewhere\n", "memory\n")] // The own group cannot be seen.
    [InlineData("nonsense\n", "memory\n")]
    public void Find_FindsNoneWhereMemoryIsNotAccountedFor(string self, string controllers)
    {
        AddUnified($"{FakeCgroups.Self}\n", delegated: true);
        _cgroups.Add("proc/self/cgroup", self).Add(Unified + "cgroup.controllers", controllers);

        MemoryController.Find(_cgroups.Root).ShouldBeNull();
    }

    [Fact]
    public void Find_WithoutControlGroupsFindsNone() => MemoryController.Find(_cgroups.Root).ShouldBeNull();

    [Fact]
    public void OomKills_OfVersion2ComeFromTheEvents()
    {
        AddUnified($"{FakeCgroups.Self}\n", delegated: true);
        _cgroups.Add(Unified + "memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 2\noom_group_kill 0\n");

        MemoryController.Find(_cgroups.Root).ShouldNotBeNull().OomKills.ShouldBe(2);
    }

    private void AddUnified(string processes, bool delegated) => _cgroups
        .Add("proc/self/cgroup", "0::/user.slice/app.service\n")
        .Add(Unified + "cgroup.procs", processes)
        .Add(Unified + "cgroup.controllers", "cpu memory pids\n")
        .Add(Unified + "cgroup.subtree_control", delegated ? "cpu memory\n" : "cpu\n");
}
