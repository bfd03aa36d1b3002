namespace LmDeploy.Supervisor.Configuration;

/// <summary>The device of the first worker, which starts together with the supervisor.</summary>
internal enum FirstWorkerDevice
{
    /// <summary>None is started.</summary>
    None,

    Cpu,

    /// <summary>It has a CUDA context too, where there is a device; where there are several, none is started.</summary>
    Gpu,
}
