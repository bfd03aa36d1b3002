using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class HostPoolTests : IDisposable
{
    private const long Kibi = 1024;

    private readonly TemporaryFolder _root = new();
    private readonly FakeProcesses _processes = new();

    public HostPoolTests()
    {
        Directory.CreateDirectory(_root.File("proc"));
        File.WriteAllText(_root.File("proc/meminfo"), "MemTotal: 1000 kB\nMemAvailable: 800 kB\n");
    }

    public void Dispose()
    {
        _root.Dispose();
        _processes.Dispose();
    }

    [Fact]
    public async Task ReadAsync_CountsWhatWorkersHoldOnce()
    {
        var promise = new Promise(new ProcessIdentity(1, 1), 1, _processes.Start(20, residentKibibytes: 100), 300 * Kibi, IsLoaded: true);

        var host = await ReadAsync(null, promise);

        host.Total.ShouldBe(1000 * Kibi);
        host.Free.ShouldBe(800 * Kibi);
        host.Promisable.ShouldBe(600 * Kibi, "200 of the 300 are still to come");
    }

    [Fact]
    public async Task ReadAsync_KeepsTheWorkersOfAllWithinTheBudget()
    {
        var loaded = new Promise(new ProcessIdentity(1, 1), 1, _processes.Start(20, residentKibibytes: 150), 100 * Kibi, IsLoaded: true);
        var starting = new Promise(new ProcessIdentity(2, 1), 1, default, 50 * Kibi, IsLoaded: false);

        var host = await ReadAsync(400 * Kibi, loaded, starting);

        host.Total.ShouldBe(400 * Kibi);
        host.Promisable.ShouldBe(200 * Kibi, "one took more than was promised, the other nothing yet");
    }

    [Fact]
    public async Task ReadAsync_OfABudgetAboveWhatThereIsIsWhatThereIs() => (await ReadAsync(5000 * Kibi)).Promisable.ShouldBe(800 * Kibi);

    [Fact]
    public async Task ReadAsync_WithoutProcSaysNothing()
    {
        File.Delete(_root.File("proc/meminfo"));

        (await Pool(null).ReadAsync(_ => Task.FromResult<IReadOnlyList<Promise>>([]), CancellationToken.None)).ShouldBeNull();
    }

    private async Task<DeviceReading> ReadAsync(long? budget, params Promise[] promises) =>
        (await Pool(budget).ReadAsync(_ => Task.FromResult<IReadOnlyList<Promise>>(promises), CancellationToken.None)).ShouldNotBeNull().ShouldHaveSingleItem();

    private HostPool Pool(long? budget) =>
        new(new HostMemory(_root.Path), _processes.Table, new SupervisorOptions { Socket = "/s/s", Home = "/", HostMemory = budget });
}
