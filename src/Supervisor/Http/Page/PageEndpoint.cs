using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http.Page;

/// <summary>
/// <c>GET /</c> and <c>GET /page/FILE</c>: the status page. Its static files are embedded in this program. It reads its data from the other routes,
/// with the key that its user enters. A content security policy forbids everything from elsewhere.
/// </summary>
internal sealed class PageEndpoint
{
    private const string Index = "index.html";
    private const string Policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly IReadOnlyDictionary<string, PageFile> _files = PageFile.ReadAll();

    public Task IndexAsync(HttpContext http) => WriteAsync(http, _files[Index]);

    public Task FileAsync(HttpContext http) => _files.TryGetValue((string)http.Request.RouteValues["file"]!, out var file)
        ? WriteAsync(http, file)
        : throw new ApiException(StatusCodes.Status404NotFound, ApiErrorCodes.RouteNotFound, $"The page has no file {http.Request.Path}.");

    private static async Task WriteAsync(HttpContext http, PageFile file)
    {
        var headers = http.Response.Headers;
        headers.ETag = file.Tag;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (http.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = file.ContentType;
        http.Response.ContentLength = file.Bytes.Length;
        await http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted);
    }
}
