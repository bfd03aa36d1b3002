using LmDeploy.Engine.Cache;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Whose request it is, how the flight record calls it, and with whom it shares the prefix cache.</summary>
/// <param name="Caller">Callers take turns and share the places of a batch.</param>
/// <param name="CacheRoot">Only with requests of the same root it shares what is computed of a common beginning (<see cref="CacheSalt"/>).</param>
/// <param name="Id">Names it in the flight record; 0 for none.</param>
internal readonly record struct RequestOrigin(object Caller, long CacheRoot, ulong Id = 0)
{
    /// <param name="caller">The caller's name; empty for one that is known by its call alone.</param>
    /// <param name="cacheSalt">Empty for none.</param>
    /// <param name="call">Stands for a caller without a name.</param>
    public static RequestOrigin Of(string caller, string cacheSalt, object call) => new(caller.Length > 0 ? caller : call, CacheSalt.RootOf(cacheSalt));
}
