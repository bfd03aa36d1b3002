namespace LmDeploy.Supervisor.Admission;

/// <summary>The devices that a pipeline may be put on: the GPUs, or the host. Thread-safe.</summary>
internal interface IMemoryPool
{
    /// <summary>How errors call the devices, for example <c>the host</c>.</summary>
    string Describe(string device);

    /// <summary>Looks at every device.</summary>
    /// <param name="promises">Reads the promises on a device.</param>
    /// <returns>Null when nothing can be read, so that there is nothing to promise against; empty when there is no device.</returns>
    Task<IReadOnlyList<DeviceReading>?> ReadAsync(Func<string, Task<IReadOnlyList<Promise>>> promises, CancellationToken cancellationToken);
}
