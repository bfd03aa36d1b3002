using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class GpuPoolTests
{
    private static readonly ProcessIdentity Worker = new(50, 1);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeGpus _gpus = new();

    public GpuPoolTests()
    {
        _gpus.Add("GPU-aaaa", total: 1000, free: 900);
        _gpus.Add("GPU-bbbb", total: 2000, free: 500);
    }

    [Theory]
    [InlineData(null, "GPU-aaaa GPU-bbbb")]
    [InlineData("1", "GPU-bbbb")]
    [InlineData("1,0", "GPU-bbbb GPU-aaaa")]
    [InlineData("GPU-a", "GPU-aaaa")]
    [InlineData("0,7,1", "GPU-aaaa")]
    [InlineData("", "")]
    [InlineData("-1", "")]
    public async Task ReadAsync_HasTheDevicesThatWorkersMayUse(string? visible, string expected) =>
        string.Join(' ', (await ReadAsync(new GpuPool(_gpus, visible, _time))).ShouldNotBeNull().Select(device => device.Device)).ShouldBe(expected);

    [Fact]
    public async Task ReadAsync_OfADividedGpuSaysNothing() => (await ReadAsync(new GpuPool(_gpus, "MIG-1234", _time))).ShouldBeNull();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_TellsNoGpuFromNoReading(bool isAbsent)
    {
        _gpus.Failure = new GpuUnavailableException("no NVML", isAbsent);

        var devices = await ReadAsync(new GpuPool(_gpus, null, _time));

        (devices is { Count: 0 }).ShouldBe(isAbsent);
        (devices is null).ShouldBe(!isAbsent);
    }

    [Theory]
    [InlineData(false, 0, 600)] // promised 300, holds nothing yet
    [InlineData(false, 100, 700)]
    [InlineData(false, 400, 900)]
    [InlineData(true, 0, 900)] // NVML does not know it, but it said that it is loaded
    public async Task Promisable_CountsAPromiseForWhatItsWorkerDoesNotHoldYet(bool isLoaded, long held, long expected)
    {
        _gpus.Hold("GPU-aaaa", Worker.Pid, held);

        var devices = await ReadAsync(new GpuPool(_gpus, "0", _time), new Promise(new ProcessIdentity(1, 1), 1, Worker, 300, isLoaded));

        devices.ShouldNotBeNull().ShouldHaveSingleItem().Promisable.ShouldBe(expected);
    }

    [Fact]
    public async Task Avoid_LastsForTenMinutes()
    {
        var pool = new GpuPool(_gpus, null, _time);
        pool.Avoid("GPU-aaaa");

        (await AvoidedAsync(pool)).ShouldBe(["GPU-aaaa"]);
        _time.Advance(TimeSpan.FromMinutes(9));
        pool.Avoid("GPU-bbbb");
        (await AvoidedAsync(pool)).ShouldBe(["GPU-aaaa", "GPU-bbbb"]);
        _time.Advance(TimeSpan.FromMinutes(1));
        (await AvoidedAsync(pool)).ShouldBe(["GPU-bbbb"]);
    }

    private static async Task<IEnumerable<string>> AvoidedAsync(GpuPool pool) =>
        (await ReadAsync(pool)).ShouldNotBeNull().Where(device => device.IsAvoided).Select(device => device.Device);

    private static Task<IReadOnlyList<DeviceReading>?> ReadAsync(GpuPool pool, params Promise[] promises) =>
        pool.ReadAsync(_ => Task.FromResult<IReadOnlyList<Promise>>(promises), CancellationToken.None);
}
