using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>The supervisor's parts over a fake process, a fake connection and a clock that the test turns.</summary>
internal sealed class Workshop : IWorkerProcessFactory, IWorkerConnector, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Workshop(
        Func<TimeProvider, FakeWorkerProcess>? process = null, IGpuMonitor? gpus = null, FakeConnection? connection = null, int standby = 0,
        IAdmission? admission = null,
        FirstWorkerDevice first = FirstWorkerDevice.None, GpuNodes? nodes = null)
    {
        Process = process?.Invoke(Time) ?? new FakeWorkerProcess(Time);
        Connection = connection ?? new FakeConnection();
        Options = new SupervisorOptions { Socket = _folder.File("s.sock"), Home = "/nowhere", Standby = standby, FirstWorker = first };
        var monitor = gpus ?? new FakeGpuMonitor();
        Stopper = new WorkerStopper(Options, Time);
        Reclaimer = new Reclaimer(Stopper, monitor, Options, Time);
        Failures = new FailureReporter(KernelLog, Oom, Options, Time);
        Launcher = new WorkerLauncher(this, this, Oom, Options, Time);
        var workers = new StandbyWorkers(Launcher, Stopper, Failures, Options, Time, NullLogger<StandbyWorkers>.Instance);
        First = new FirstWorker(workers, Pressure, nodes ?? new GpuNodes(null, "/nowhere"), Options, Time, NullLogger<FirstWorker>.Instance);
        Standby = new StandbyPool(workers, First, Pressure, Options, Time, NullLogger<StandbyPool>.Instance);
        var limiter = new MemoryLimiter(null, new ProcessTable(), Time, NullLogger<MemoryLimiter>.Instance);
        var starter = new PipelineStarter(admission ?? new FakeAdmission(), Launcher, Standby, limiter, monitor, Failures, Options, Time);
        Registry = new PipelineRegistry(starter, Reclaimer, Failures, new ReceiptHistory(Time), Time, NullLogger<Pipeline>.Instance);
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>The latest worker's process; each start after the first makes another.</summary>
    public FakeWorkerProcess Process { get; private set; }

    /// <summary>The connection to the latest worker.</summary>
    public FakeConnection Connection { get; private set; }

    /// <summary>How many workers were started.</summary>
    public int Starts { get; private set; }

    /// <summary>How many starts failed.</summary>
    public int FailedStarts { get; private set; }

    /// <summary>What the next start fails with; null for none.</summary>
    public SupervisorException? StartFailure { get; set; }

    /// <summary>What the latest worker was given as <c>CUDA_VISIBLE_DEVICES</c>.</summary>
    public string? VisibleDevices { get; private set; }

    public SupervisorOptions Options { get; }

    public WorkerStopper Stopper { get; }

    public Reclaimer Reclaimer { get; }

    public WorkerLauncher Launcher { get; }

    public FailureReporter Failures { get; }

    public FakeKernelLog KernelLog { get; } = new();

    public FakeOomEvents Oom { get; } = new();

    public FakePressure Pressure { get; } = new();

    public FirstWorker First { get; }

    public StandbyPool Standby { get; }

    public PipelineRegistry Registry { get; }

    /// <summary>The flight record of the latest worker, for the test to write to as a worker does.</summary>
    public FlightRecord Flight { get; private set; } = null!;

    public string[] WorkerFolders => Directory.GetDirectories(_folder.Path);

    public static PipelineSpec Spec(string device = "cpu", string name = "", int maxRestarts = 0) => PipelineSpec.Create(
        new OpenPipeline
        {
            Model = "/models/m",
            Name = name,
            Engine = new EngineConfig { Device = Enum.Parse<EngineDevice>(device, ignoreCase: true) },
            Supervision = new SupervisionConfig { MaxRestarts = maxRestarts },
        }, holderPid: 1);

    public Task<IWorkerProcess> StartAsync(WorkerFolder folder, string token, string? visibleDevices)
    {
        if (StartFailure is { } failure)
        {
            FailedStarts++;
            return Task.FromException<IWorkerProcess>(failure);
        }

        if (Starts > 0)
        {
            Connection = new FakeConnection();
            Process = new FakeWorkerProcess(Time) { Identity = new ProcessIdentity(4711 + Starts, 99) };
        }

        VisibleDevices = visibleDevices;
        Starts++;
        Flight = folder.Flight;
        return Task.FromResult<IWorkerProcess>(Process);
    }

    public Task<IWorkerConnection> ConnectAsync(WorkerFolder folder, string token, CancellationToken cancellationToken) =>
        Connection.ConnectAsync(folder, token, cancellationToken);

    /// <summary>Turns the clock until the task is done.</summary>
    public async Task<T> TurnUntilAsync<T>(Task<T> task, TimeSpan step)
    {
        await Deadline.UntilAsync(
            () =>
            {
                if (!task.IsCompleted)
                {
                    Time.Advance(step);
                }

                return task.IsCompleted;
            },
            "the task completes while time passes");
        return await task;
    }

    public static async Task<HoldEvent> NextEventAsync(Pipeline pipeline) => await pipeline.Events.ReadAsync().AsTask().InTime("the next event");

    public async Task<Pipeline> OpenReadyAsync(string device = "cpu", string loadedDevice = "cpu", int maxRestarts = 0)
    {
        var pipeline = Registry.Open(Spec(device, maxRestarts: maxRestarts));
        await Connection.LoadCalled.Task.InTime();
        Connection.Loading.SetResult(new ModelInfo { Device = loadedDevice });
        (await NextEventAsync(pipeline)).Progress.ShouldNotBeNull();
        (await NextEventAsync(pipeline)).Ready.ShouldNotBeNull();
        return pipeline;
    }

    /// <summary>Turns the clock until so many workers were started in all, and the last one is asked to load.</summary>
    public async Task UntilStartedAsync(int starts)
    {
        await Deadline.UntilAsync(
            () =>
            {
                if (Starts < starts)
                {
                    Time.Advance(TimeSpan.FromMilliseconds(50));
                }

                return Starts >= starts;
            },
            $"worker {starts} is started");
        await Connection.LoadCalled.Task.InTime();
    }

    /// <summary>As <see cref="UntilStartedAsync"/>; then the load succeeds.</summary>
    public async Task LoadAgainAsync(int starts)
    {
        await UntilStartedAsync(starts);
        Connection.Loading.SetResult(new ModelInfo { Device = "cpu" });
    }

    public void Dispose()
    {
        Standby.Dispose();
        _folder.Dispose();
    }
}
