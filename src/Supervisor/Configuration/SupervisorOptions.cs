namespace LmDeploy.Supervisor.Configuration;

/// <summary>The settings of one supervisor, with all of its timeouts.</summary>
internal sealed record SupervisorOptions
{
    /// <summary>The absolute path of the Unix socket that clients connect to; its folder is private to the user.</summary>
    public required string Socket { get; init; }

    /// <summary>The absolute path of the folder that holds <c>supervisor/</c> and <c>worker/</c>.</summary>
    public required string Home { get; init; }

    /// <summary>How long a supervisor without calls stays.</summary>
    /// <value>Default: 30 seconds. Zero: for ever.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the supervisor belongs to one client and ends with its standard input.</summary>
    public bool Owned { get; init; }

    /// <summary>From the spawn of a worker to its answer to Hello.</summary>
    /// <value>Default: 60 seconds.</value>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The path of a file with <c>ServeOptions</c> as JSON, which is read once; with it the supervisor stays in the foreground and answers over HTTP.
    /// </summary>
    /// <value>Default: null, none.</value>
    public string? ServeHandover { get; init; }

    /// <summary>How long a client may be silent, HTTP/2 pings included, before it counts as gone.</summary>
    /// <value>Default: 30 seconds; at least 6.</value>
    public TimeSpan ClientTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From SIGKILL to the exit of a worker; one that is still there is quarantined.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a device may take to show the memory of an ended worker as free.</summary>
    /// <value>Default: 2 seconds.</value>
    public TimeSpan ReclaimTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a broken call waits for the record of its worker's exit.</summary>
    /// <value>Default: 2 seconds.</value>
    public TimeSpan CauseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one question to NVML may take.</summary>
    /// <value>Default: 2 seconds.</value>
    public TimeSpan GpuTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The resident memory that the workers of all supervisors of this user may take together, in bytes.</summary>
    /// <value>Default: null, what the host and its control groups allow.</value>
    public long? HostMemory { get; init; }

    /// <summary>The drain timeout: how long SIGTERM lets running requests continue.</summary>
    /// <value>Default: 10 seconds; zero ends them at once.</value>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The number of standby workers, which are ready but have no model.</summary>
    /// <value>0 to 16. Default: 0.</value>
    public int Standby { get; init; }

    /// <summary>Whether standby workers have a CUDA context, which takes about half a gigabyte of device memory each.</summary>
    public bool StandbyCuda { get; init; }

    /// <summary>The device of the first worker, which starts together with the supervisor for a pipeline that is about to be opened.</summary>
    /// <value>Default: none is started.</value>
    public FirstWorkerDevice FirstWorker { get; init; }

    /// <summary>From the end of the drain to the exit of the supervisor, all pipelines included.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The folder of <see cref="Socket"/>.</summary>
    public string Folder => Path.GetDirectoryName(Socket)!;

    /// <summary>The file whose lock is held for the life of the supervisor.</summary>
    public string LockFile => Socket + ".lock";

    /// <summary>Where standard output, standard error and the log go once the supervisor is ready.</summary>
    public string LogFile => Socket + ".log";

    /// <summary>The worker's executable.</summary>
    public string WorkerExecutable => Path.Combine(Home, "worker", "lmdeploy-worker");
}
