namespace LmDeploy.Hosting;

/// <summary>What a supervisor that is started makes a worker ready for at once, because a pipeline is about to be asked for.</summary>
internal enum FirstWorkerDevice
{
    /// <summary>None is started.</summary>
    None,

    /// <summary>A pipeline on the CPU.</summary>
    Cpu,

    /// <summary>A pipeline that may run on a GPU.</summary>
    Gpu,
}
