using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Native;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class DeviceLedgerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeProcesses _processes = new();

    private string File => _folder.File("memory-host");

    public void Dispose()
    {
        _processes.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task TryAddAsync_ShowsItselfToOtherSupervisors()
    {
        var (first, second) = (Open(1), Open(2));

        (await first.TryAddAsync(_ => 60)).ShouldNotBeNull();

        (await second.TryAddAsync(all => Fits(all, 50, 100))).ShouldBeNull();
        (await second.TryAddAsync(all => Fits(all, 40, 100))).ShouldNotBeNull();
        (await first.ReadAsync()).Sum(promise => promise.Bytes).ShouldBe(100);
        System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task TryAddAsync_FromManyAtOnceGivesNoByteTwice()
    {
        var ledgers = Enumerable.Range(1, 8).Select(Open).ToList();

        var given = await Task.WhenAll(ledgers
            .SelectMany(ledger => Enumerable.Range(0, 20).Select(_ => Task.Run(() => ledger.TryAddAsync(all => Fits(all, 10, 505)))))).InTime();

        given.Count(promise => promise is not null).ShouldBe(50);
        (await ledgers[0].ReadAsync()).Count.ShouldBe(50);
    }

    [Fact]
    public async Task RemoveAsync_OfTheLastPromiseRemovesTheFile()
    {
        var (first, second) = (Open(1), Open(2));
        var one = (await first.TryAddAsync(_ => 60)).ShouldNotBeNull();
        var two = (await second.TryAddAsync(_ => 60)).ShouldNotBeNull();

        await first.RemoveAsync(one.Number);
        System.IO.File.Exists(File).ShouldBeTrue();
        await second.RemoveAsync(two.Number);

        System.IO.File.Exists(File).ShouldBeFalse();
        (await first.TryAddAsync(all => Fits(all, 100, 100))).ShouldNotBeNull("all is free again");
    }

    [Fact]
    public async Task UpdateAsync_OfARemovedPromiseDoesNotBringItBack()
    {
        var ledger = Open(1);
        var promise = (await ledger.TryAddAsync(_ => 60)).ShouldNotBeNull();
        await ledger.UpdateAsync(promise.Number, one => one with { Worker = new ProcessIdentity(9, 9) });
        (await Open(2).ReadAsync()).ShouldHaveSingleItem().Worker.ShouldBe(new ProcessIdentity(9, 9));

        await ledger.RemoveAsync(promise.Number);
        await ledger.UpdateAsync(promise.Number, one => one with { IsLoaded = true });

        (await ledger.ReadAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task ReadAsync_ForgetsSupervisorsThatDied()
    {
        await Open(1).TryAddAsync(_ => 60);
        _processes.End(1);

        (await Open(2).ReadAsync()).ShouldBeEmpty();

        System.IO.File.Exists(File).ShouldBeFalse();
    }

    [Fact]
    public async Task ReadAsync_DoesNotTakeALaterProcessOfTheSameNumberForTheOwner()
    {
        await Open(1).TryAddAsync(_ => 60);
        _processes.Start(1, startTicks: 8);

        (await Open(2).ReadAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData(".\n1 7 1 0 0 60 0\n.\n")] // what a killed writer left behind the end
    [InlineData("")]
    public async Task ReadAsync_SkipsWhatIsNoPromise(string text)
    {
        var ledger = Open(2);
        Open(1);
        await System.IO.File.WriteAllTextAsync(File, text);

        (await ledger.ReadAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task File_ThatAnotherProcessKeepsIsDoneWithout()
    {
        var time = new FakeTimeProvider();
        var ledger = new DeviceLedger(File, _processes.Start(1), _processes.Table, time, NullLogger.Instance);
        using var kept = LibC.Open(File, LibC.OpenOrCreate, 0x180);
        LibC.Lock(kept, LibC.LockExclusive).ShouldBe(0);

        (await TurnUntilAsync(time, ledger.TryAddAsync(all => Fits(all, 60, 100)))).ShouldNotBeNull();

        (await TurnUntilAsync(time, ledger.TryAddAsync(all => Fits(all, 60, 100)))).ShouldBeNull("its own promises it knows without the file");
        LibC.Lock(kept, LibC.LockRelease).ShouldBe(0);
        await ledger.ReadAsync();
        (await Open(2).ReadAsync()).Sum(promise => promise.Bytes).ShouldBe(60, "what could not be written then is there by now");
    }

    [Fact]
    public async Task Folder_ThatIsMissingIsDoneWithout()
    {
        var ledger = new DeviceLedger(_folder.File("gone/memory-host"), _processes.Start(1), _processes.Table, TimeProvider.System, NullLogger.Instance);

        (await ledger.TryAddAsync(_ => 60).InTime()).ShouldNotBeNull();

        (await ledger.ReadAsync().InTime()).ShouldHaveSingleItem();
    }

    private static long? Fits(IReadOnlyList<Promise> all, long bytes, long total) => all.Sum(promise => promise.Bytes) + bytes <= total ? bytes : null;

    private static async Task<T> TurnUntilAsync<T>(FakeTimeProvider time, Task<T> task)
    {
        await Deadline.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return task.IsCompleted;
            },
            "it ends while time passes");
        return await task;
    }

    private DeviceLedger Open(int pid) => new(File, _processes.Start(pid), _processes.Table, TimeProvider.System, NullLogger.Instance);
}
