namespace LmDeploy.Supervisor.Configuration;

/// <summary>What the worker that starts together with the supervisor is made ready for.</summary>
internal enum FirstWorkerDevice
{
    /// <summary>None is started.</summary>
    None,

    Cpu,

    /// <summary>It has a CUDA context too, where there is a device; where there are several, none is started.</summary>
    Gpu,
}
