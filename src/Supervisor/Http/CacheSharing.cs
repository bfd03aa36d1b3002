using LmDeploy.Supervisor.Http.Access;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// With whom a request shares the prefix cache. Each key has its own: how many tokens of a prompt were cached, and how fast it is, would tell what others have asked.
/// </summary>
/// <param name="isShared">Whether all keys share one (<c>--shared-prefix-cache</c>).</param>
internal sealed class CacheSharing(bool isShared)
{
    public string SaltOf(HttpContext http) => isShared ? "" : AccessControl.CallerOf(http);
}
