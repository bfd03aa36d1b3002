using System.Buffers;
using System.Net;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Access;

/// <summary>
/// Access control: API keys, origins (CORS) and host names. Web pages of other origins are refused unless their origin is allowed. Without API keys,
/// foreign host names that point to this host are refused as well (DNS rebinding).
/// </summary>
/// <param name="keys">The API keys.</param>
/// <param name="quotas">Bounds the requests of a key that run at once.</param>
/// <param name="allowedOrigins">Of web pages.</param>
/// <param name="isLocal">Whether only this host can reach the server.</param>
internal sealed class AccessControl(ApiKeys keys, Quotas quotas, IReadOnlyList<string> allowedOrigins, bool isLocal)
{
    private const string Bearer = "Bearer ";
    private const string AnyOrigin = "*";

    private const string UsualHeaders = "authorization, content-type, api-key, x-api-key";

    private static readonly object _callerItem = new();

    /// <summary>Characters of header names (RFC 9110, 5.6.2) and their separators.</summary>
    private static readonly SearchValues<char> _namesInList =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ");

    public async Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        CheckHost(http);
        CheckOrigin(http);
        if (HttpMethods.IsOptions(http.Request.Method) && http.Request.Headers.Origin.Count > 0)
        {
            AnswerPreflight(http);
            return;
        }

        CheckKey(http, http.GetEndpoint()?.Metadata.GetMetadata<AccessLevelMetadata>()?.Level ?? AccessLevel.User);
        using var running = Enter(http);
        await next(http);
    }

    /// <summary>The caller of a request, as workers know it: two keys with one name are two callers. Empty without API keys.</summary>
    public static string CallerOf(HttpContext http) => (http.Items[_callerItem] as Caller)?.Owner ?? "";

    /// <summary>The name of the key that a request came with; null when none was asked for.</summary>
    public static string? KeyNameOf(HttpContext http) => (http.Items[_callerItem] as Caller)?.Key?.Name;

    private static string? PresentedKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : request.Headers["api-key"] is [{ } key] ? key : request.Headers["x-api-key"] is [{ } other] ? other : null;
    }

    /// <summary>
    /// Allows the headers that a page asks for, since clients send some of their own with every request; its origin is allowed if it got here.
    /// </summary>
    private static void AnswerPreflight(HttpContext http)
    {
        var asked = http.Request.Headers.AccessControlRequestHeaders.ToString();
        http.Response.Headers.AccessControlAllowMethods = "GET, HEAD, POST, DELETE";
        http.Response.Headers.AccessControlAllowHeaders = asked.Length > 0 && !asked.AsSpan().ContainsAnyExcept(_namesInList) ? asked : UsualHeaders;
        http.Response.Headers.AccessControlMaxAge = "600";
        http.Response.Headers.Append("Vary", "Access-Control-Request-Headers");
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static ApiException Denied(string message) => new(StatusCodes.Status403Forbidden, ApiErrorCodes.PermissionDenied, message);

    /// <summary>Counts a request against the quota of its key; looking at something is none.</summary>
    private IDisposable? Enter(HttpContext http)
    {
        try
        {
            return http.Items[_callerItem] is Caller caller && HttpMethods.IsPost(http.Request.Method) ? quotas.Enter(caller) : null;
        }
        catch (SupervisorException exceeded)
        {
            throw new ApiException(StatusCodes.Status429TooManyRequests, exceeded.Error.Code, exceeded.Error.Message);
        }
    }

    private void CheckHost(HttpContext http)
    {
        var host = http.Request.Host.Host.TrimEnd('.'); // A name may end with the root, and has no case.
        var isOurs = host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        if (isLocal && keys.IsEmpty && !isOurs)
        {
            throw Denied($"The host name {host} is not allowed without API keys: call 127.0.0.1 or localhost, or start the server with --api-key.");
        }
    }

    private void CheckOrigin(HttpContext http)
    {
        if (http.Request.Headers.Origin.Count == 0)
        {
            return;
        }

        if (http.Request.Headers.Origin is not [{ Length: > 0 } origin])
        {
            throw Denied("The header Origin has to be there once, with one origin, or not at all.");
        }

        var isOwn = string.Equals(origin, $"{http.Request.Scheme}://{http.Request.Host}", StringComparison.OrdinalIgnoreCase);
        var isAllowed = allowedOrigins.Contains(AnyOrigin) || allowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
        if (!isOwn && !isAllowed)
        {
            throw Denied($"Web pages of {origin} may not call this server; --cors-origin allows them.");
        }

        if (!isOwn)
        {
            http.Response.Headers.AccessControlAllowOrigin = origin;
            http.Response.Headers.Vary = "Origin";
        }
    }

    private void CheckKey(HttpContext http, AccessLevel level)
    {
        if (keys.IsEmpty || level == AccessLevel.Anybody)
        {
            return;
        }

        var presented = PresentedKey(http.Request);
        if (presented is null || keys.Find(presented) is not { } key)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ApiException(
                StatusCodes.Status401Unauthorized,
                ApiErrorCodes.InvalidApiKey,
                presented is null ? "An API key is needed: send Authorization: Bearer KEY." : "The API key is not one of this server's.");
        }

        if (level == AccessLevel.Admin && !key.Admin)
        {
            throw Denied($"{http.Request.Method} {http.Request.Path} needs an admin key (--admin-key); {key.Name} is none.");
        }

        http.Items[_callerItem] = new Caller(key, IsRemote: true);
    }
}
