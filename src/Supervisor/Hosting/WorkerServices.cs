using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Supervisor.Workers.MemoryLimits;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>The services that start and end workers. Built before the rest of the supervisor, so that the first worker starts early.</summary>
internal sealed class WorkerServices
{
    public WorkerServices(SupervisorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        var oom = new OomEvents(Memory);
        var processes = new WorkerProcessFactory(options, new SpawnThread(), Processes, time, loggers.CreateLogger<WorkerProcessFactory>());
        Failures = new FailureReporter(new KernelLog(), oom, options, time);
        Launcher = new WorkerLauncher(processes, new WorkerConnector(time), oom, options, time);
        Stopper = new WorkerStopper(options, time);
        Standby = new StandbyWorkers(Launcher, Stopper, Failures, options, time, loggers.CreateLogger<StandbyWorkers>());
        First = new FirstWorker(
            Standby, Pressure, new GpuNodes(Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")), options, time, loggers.CreateLogger<FirstWorker>());
    }

    /// <summary>Null where there are no control groups.</summary>
    public MemoryController? Memory { get; } = MemoryController.Find();

    public ProcessTable Processes { get; } = new();

    public IMemoryPressure Pressure { get; } = new HostMemoryPressure();

    public FailureReporter Failures { get; }

    public WorkerLauncher Launcher { get; }

    public WorkerStopper Stopper { get; }

    public StandbyWorkers Standby { get; }

    /// <summary>Owned by whoever starts it.</summary>
    public FirstWorker First { get; }
}
