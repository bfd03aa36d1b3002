using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.Scheduling;

/// <summary>The origin of a request: its caller, its id in the flight record and its scope in the prefix cache.</summary>
/// <param name="Caller">Callers take turns and share the places of a batch.</param>
/// <param name="CacheRoot">The root of its prefix chain. Requests share prefixes only with requests of the same root (<see cref="CacheSalt"/>).</param>
/// <param name="Id">Names it in the flight record; 0 for none.</param>
internal readonly record struct RequestOrigin(object Caller, long CacheRoot, ulong Id = 0)
{
    /// <param name="caller">The caller's name; empty for one that is known by its call alone.</param>
    /// <param name="cacheSalt">Empty for none.</param>
    /// <param name="call">Stands for a caller without a name.</param>
    public static RequestOrigin Of(string caller, string cacheSalt, object call) => new(caller.Length > 0 ? caller : call, CacheSalt.RootOf(cacheSalt));
}
