namespace LmDeploy.Supervisor.Admission;

/// <summary>Knows pipelines that nobody uses now. Thread-safe.</summary>
internal interface IEvictor
{
    /// <summary>The ids of the pipelines that could be unloaded, least recently used first.</summary>
    IReadOnlyList<string> FindIdle();

    /// <summary>Unloads one of them and returns when its memory is back, or when it is known that it will not come.</summary>
    /// <returns>False when somebody uses it by now, or it is gone.</returns>
    Task<bool> TryEvictAsync(string pipeline);
}
