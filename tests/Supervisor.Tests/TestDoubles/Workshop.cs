using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Pipelines;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>The supervisor's parts over a fake process, a fake connection and a clock that the test turns.</summary>
internal sealed class Workshop : IWorkerProcessFactory, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Workshop(Func<TimeProvider, FakeWorkerProcess>? process = null, IGpuMonitor? gpus = null, FakeConnection? connection = null)
    {
        Process = process?.Invoke(Time) ?? new FakeWorkerProcess(Time);
        Connection = connection ?? new FakeConnection();
        Options = new SupervisorOptions { Socket = _folder.File("s.sock"), Home = "/nowhere" };
        var monitor = gpus ?? new FakeGpuMonitor();
        Stopper = new WorkerStopper(Options, Time);
        Reclaimer = new Reclaimer(Stopper, monitor, Options, Time);
        Launcher = new WorkerLauncher(this, Connection, Options, Time);
        Registry = new PipelineRegistry(new PipelineStarter(Launcher, monitor, Options, Time), Reclaimer, Time, NullLogger<Pipeline>.Instance);
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeWorkerProcess Process { get; }

    public FakeConnection Connection { get; }

    public SupervisorOptions Options { get; }

    public WorkerStopper Stopper { get; }

    public Reclaimer Reclaimer { get; }

    public WorkerLauncher Launcher { get; }

    public PipelineRegistry Registry { get; }

    public string[] WorkerFolders => Directory.GetDirectories(_folder.Path);

    public static PipelineSpec Spec(string device = "cpu", string name = "") =>
        PipelineSpec.Create(new OpenPipeline { Model = "/models/m", Name = name, Engine = new EngineConfig { Device = device } }, holderPid: 1);

    public Task<IWorkerProcess> StartAsync(WorkerFolder folder, string token) => Task.FromResult<IWorkerProcess>(Process);

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

    public async Task<Pipeline> OpenReadyAsync(string device = "cpu", string loadedDevice = "cpu")
    {
        var pipeline = Registry.Open(Spec(device));
        await Connection.LoadCalled.Task.InTime();
        Connection.Loading.SetResult(new ModelInfo { Device = loadedDevice });
        (await NextEventAsync(pipeline)).Progress.ShouldNotBeNull();
        (await NextEventAsync(pipeline)).Ready.ShouldNotBeNull();
        return pipeline;
    }

    public void Dispose() => _folder.Dispose();
}
