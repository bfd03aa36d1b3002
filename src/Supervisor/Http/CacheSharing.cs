using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// With whom a request shares the prefix cache. Each key has its own: how many tokens of a prompt were cached, and how fast it is, would tell what others have
/// asked. The
/// field <c>cache_salt</c> divides it further, for services that ask for many users with one key.
/// </summary>
/// <param name="isShared">Whether all keys share one (<c>--shared-prefix-cache</c>).</param>
internal sealed class CacheSharing(bool isShared)
{
    private const string Field = "cache_salt";
    private const int LongestSalt = 1024;

    /// <exception cref="ApiException">The request's own salt is no text, or too long.</exception>
    public string SaltOf(HttpContext http, BodyFields fields)
    {
        var caller = isShared ? "" : AccessControl.CallerOf(http);
        var own = fields.Text(Field) ?? "";
        return own.Length > LongestSalt ? throw ApiException.Invalid($"{Field} has {own.Length} characters; at most {LongestSalt} are taken.", Field)
            : own.Length > 0 ? $"{caller}/{own}" // No caller has a slash in it.
            : caller;
    }
}
