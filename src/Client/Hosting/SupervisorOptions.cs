using LmDeploy.Validation;

namespace LmDeploy;

/// <summary>How a supervisor is started. Immutable.</summary>
public sealed record SupervisorOptions
{
    /// <summary>
    /// The folder that holds <c>supervisor/</c> and <c>worker/</c>. Default: null, which is LMDEPLOY_HOME, the application's folder, its folder
    /// <c>lmdeploy</c> (package LmDeploy.Runtime), the folder above or the installed <c>lmdeploy</c> tool.
    /// </summary>
    public string? Home { get; init; }

    /// <summary>The path of its Unix socket, at most 107 bytes. Default: null, a name of its own in the runtime folder.</summary>
    public string? SocketPath { get; init; }

    /// <summary>
    /// How long this process may be silent, HTTP/2 pings included, before its pipelines are let go of as those of a process that is frozen or cut off.
    /// 6 s to 24 hours. Default: 30 s.
    /// </summary>
    public TimeSpan ClientTimeout { get; init => field = Ensure.InRange(value, TimeSpan.FromSeconds(6), TimeSpan.FromDays(1)); } = TimeSpan.FromSeconds(30);

    /// <summary>The time it has to start, more than 0. Default: 15 s.</summary>
    public TimeSpan StartTimeout { get; init => field = Ensure.Positive(value); } = TimeSpan.FromSeconds(15);

    /// <summary>The time it has to end everything when it is disposed, before it is killed; more than 0. Default: 15 s.</summary>
    public TimeSpan StopTimeout { get; init => field = Ensure.Positive(value); } = TimeSpan.FromSeconds(15);

    /// <summary>How many started workers without a model it keeps, so that pipelines start faster; 0 to 16. Default: 0.</summary>
    public int StandbyWorkers { get; init => field = Ensure.InRange(value, 0, 16); }

    /// <summary>Whether those have a CUDA context too, which takes about half a gigabyte of the device each. Default: false.</summary>
    public bool StandbyCuda { get; init; }
}
