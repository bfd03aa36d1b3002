namespace LmDeploy.Supervisor.Admission;

/// <summary>Eviction of idle pipelines. Thread-safe.</summary>
internal interface IEvictor
{
    /// <summary>The ids of the pipelines that could be unloaded, least recently used first.</summary>
    IReadOnlyList<string> FindIdle();

    /// <summary>Evicts a pipeline. Returns when its memory is back, or when it is known not to come back.</summary>
    /// <returns>False when somebody uses it by now, or it is gone.</returns>
    Task<bool> TryEvictAsync(string pipeline);
}
