using Grpc.Core;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

/// <summary>What a pipeline does with the memory it was promised.</summary>
public sealed class PipelineAdmissionTests : IDisposable
{
    private const long Need = MemoryEstimator.GpuOverhead;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeGpus _gpus = new();
    private readonly DeviceLedgers _ledgers;
    private readonly AdmissionControl _admission;

    public PipelineAdmissionTests()
    {
        _gpus.Add("GPU-1", total: Need, free: 0);
        _gpus.Add("GPU-2", total: Need, free: Need);
        _ledgers = new DeviceLedgers(_folder.File("run"), new ProcessTable(), TimeProvider.System, NullLogger<DeviceLedgers>.Instance);
        var peaks = new PeakStore(_folder.File("peaks.json"), NullLogger<PeakStore>.Instance);
        _admission = new AdmissionControl(
            new HostPool(new HostMemory(_folder.Path), new ProcessTable(), new SupervisorOptions { Socket = "/s/s", Home = "/" }),
            new GpuPool(_gpus, null, TimeProvider.System),
            _ledgers,
            new OwnerMemory(),
            new MemoryEstimator(new FakeModelReader(), peaks),
            new FolderReads(new BlockingReads(), TimeProvider.System),
            peaks,
            new Lazy<IEvictor>(new FakeEvictor()),
            TimeProvider.System);
    }

    public void Dispose()
    {
        _admission.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Worker_SeesTheDeviceThatWasChosen_AndItsReceiptIsAboutThatOne()
    {
        using var workshop = new Workshop(gpus: _gpus, admission: _admission);
        var pipeline = await workshop.OpenReadyAsync("cuda", "cuda:0");
        workshop.VisibleDevices.ShouldBe("GPU-2");
        (await _ledgers.Of("GPU-2").ReadAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            promise => promise.Worker.ShouldBe(workshop.Process.Identity),
            promise => promise.IsLoaded.ShouldBeTrue());

        pipeline.Stop(StopReason.Disposed);
        var outcome = await pipeline.Completion.InTime();

        outcome.Receipt.Devices.ShouldHaveSingleItem().Uuid.ShouldBe("GPU-2");
        (await _ledgers.Of("GPU-2").ReadAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task WorkerThatWillNotDie_KeepsItsMemoryUntilItIsGone()
    {
        using var workshop = new Workshop(time => new FakeWorkerProcess(time) { OnTerminate = null, OnKill = null }, _gpus, admission: _admission);
        var pipeline = await workshop.OpenReadyAsync("cuda", "cuda:0");
        pipeline.Stop(StopReason.Disposed);
        await workshop.TurnUntilAsync(pipeline.Completion, TimeSpan.FromSeconds(1));
        pipeline.State.ShouldBe(PipelineState.Quarantined);
        (await _ledgers.Of("GPU-2").ReadAsync()).ShouldHaveSingleItem().Bytes.ShouldBe(Need);

        workshop.Process.Exit(137);

        await Deadline.UntilAsync(() => pipeline.State == PipelineState.Gone, "it is reaped");
        (await _ledgers.Of("GPU-2").ReadAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task WorkerThatTakesThePlaceOfADeadOne_HasItsMemory()
    {
        using var workshop = new Workshop(gpus: _gpus, admission: _admission);
        var pipeline = await workshop.OpenReadyAsync("cuda", "cuda:0", maxRestarts: 5);
        var dead = workshop.Process;
        _gpus.SetFree("GPU-2", 0); // Somebody else takes what the dead worker leaves: there is no new promise to be had.

        workshop.Flight.Begin(step: 1, []);
        workshop.Process.Exit(139);
        await workshop.LoadAgainAsync(starts: 2);

        await Deadline.UntilAsync(
            () => _ledgers.Of("GPU-2").ReadAsync().Result is [var promise] && promise.Worker == workshop.Process.Identity, "it to have the promise");
        workshop.Process.ShouldNotBe(dead);
        pipeline.Stop(StopReason.Disposed);
        await pipeline.Completion.InTime();
        (await _ledgers.Of("GPU-2").ReadAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GPU-1", "GPU-2")]
    [InlineData("GPU-2", "GPU-1")]
    public async Task DeviceThatFailedAWorker_IsNotChosenWhereThereIsAnother(string avoided, string expected)
    {
        _gpus.SetFree("GPU-1", Need);
        _admission.Avoid(avoided);
        using var workshop = new Workshop(gpus: _gpus, admission: _admission);

        await workshop.OpenReadyAsync("cuda", "cuda:0");

        workshop.VisibleDevices.ShouldBe(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StartThatFails_GivesTheMemoryBack(bool isSpawned)
    {
        using var workshop = new Workshop(gpus: _gpus, admission: _admission);
        workshop.StartFailure = isSpawned ? null : new Errors.SupervisorException(ErrorCodes.WorkerStartFailed, "no program");
        var pipeline = workshop.Registry.Open(Workshop.Spec("cuda"));
        if (isSpawned)
        {
            await workshop.Connection.LoadCalled.Task.InTime();
            workshop.Connection.Loading.SetException(
                ErrorDetails.ToException(new Error { Code = ErrorCodes.OutOfMemory, Message = "no" }, StatusCode.ResourceExhausted));
        }

        (await pipeline.Completion.InTime()).StartFailure.ShouldNotBeNull();

        (await _ledgers.Of("GPU-2").ReadAsync()).ShouldBeEmpty();
        Directory.GetFiles(_folder.File("run")).ShouldBeEmpty();
    }

    [Fact]
    public async Task StopWhileWaiting_StartsNoWorker()
    {
        _gpus.SetFree("GPU-2", 0);
        using var workshop = new Workshop(gpus: _gpus, admission: _admission);
        var pipeline = workshop.Registry.Open(Workshop.Spec("cuda"));
        (await Workshop.NextEventAsync(pipeline)).Progress.Stage.ShouldBe(LoadStage.Waiting);

        pipeline.Stop(StopReason.Disposed);

        (await pipeline.Completion.InTime()).Receipt.Reason.ShouldBe("no worker was started");
        workshop.Starts.ShouldBe(0);
    }
}
