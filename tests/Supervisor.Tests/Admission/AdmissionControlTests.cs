using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Admission;

public sealed class AdmissionControlTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeGpus _gpus = new();
    private readonly AdmissionControl _admission;

    public AdmissionControlTests()
    {
        Directory.CreateDirectory(_folder.File("proc"));
        File.WriteAllText(_folder.File("proc/meminfo"), "MemTotal: 9000000 kB\nMemAvailable: 8000000 kB\n");
        var processes = new ProcessTable();
        var options = new SupervisorOptions { Socket = "/s/s", Home = "/" };
        var peaks = new PeakStore(_folder.File("peaks.json"), NullLogger<PeakStore>.Instance);
        _admission = new AdmissionControl(
            new HostPool(new HostMemory(_folder.Path), processes, options),
            new GpuPool(_gpus, null, _time),
            new DeviceLedgers(_folder.File("run"), processes, _time, NullLogger<DeviceLedgers>.Instance),
            new OwnerMemory(),
            new MemoryEstimator(new FakeModelReader(), peaks),
            new FolderReads(new BlockingReads(), _time),
            peaks,
            new Lazy<IEvictor>(new FakeEvictor()),
            _time);
    }

    public void Dispose()
    {
        _admission.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("cpu", true, "host", MemoryEstimator.HostOverhead)]
    [InlineData("auto", true, "GPU-1", MemoryEstimator.GpuOverhead)]
    [InlineData("unspecified", true, "GPU-1", MemoryEstimator.GpuOverhead)]
    [InlineData("cuda", true, "GPU-1", MemoryEstimator.GpuOverhead)]
    [InlineData("auto", false, "host", MemoryEstimator.HostOverhead)]
    [InlineData("cuda", false, "", 0)] // the worker says that there is no CUDA
    public async Task AcquireAsync_PicksTheDevice(string device, bool hasGpu, string expected, long bytes)
    {
        if (hasGpu)
        {
            _gpus.Add("GPU-1", total: 80L << 30, free: 70L << 30);
        }

        await using var reservation = await AcquireAsync(device);

        reservation.Device.ShouldBe(expected);
        reservation.Bytes.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("auto", true, "host")]
    [InlineData("auto", false, "")]
    [InlineData("cuda", true, "")]
    [InlineData("cuda", false, "")]
    public async Task AcquireAsync_WithoutAReadingNeverFails(string device, bool isAbsent, string expected)
    {
        _gpus.Failure = new GpuUnavailableException("NVML is gone", isAbsent);

        await using var reservation = await AcquireAsync(device);

        reservation.Device.ShouldBe(expected);
    }

    private Task<Reservation> AcquireAsync(string device) => _admission.AcquireAsync(
        PipelineSpec.Create(new OpenPipeline
        {
            Model = "/models/m",
            Engine = new EngineConfig { Device = Enum.Parse<EngineDevice>(device, ignoreCase: true) },
            Admission = new AdmissionConfig { Timeout = Durations.Milliseconds(0) },
        }, holderPid: 0),
        () => { },
        CancellationToken.None);
}
