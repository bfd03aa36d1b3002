using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;

namespace LmDeploy.Supervisor.Http;

/// <summary>
/// The cache salt of a request: its scope in the prefix cache. Each API key has its own scope, because cached token counts and timing would reveal
/// the prompts of others. The field <c>cache_salt</c> divides a scope further, for services with one key for many users.
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
