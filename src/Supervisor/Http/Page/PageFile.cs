using System.Reflection;
using System.Security.Cryptography;

namespace LmDeploy.Supervisor.Http.Page;

/// <summary>A file of the page, as it is in this program.</summary>
/// <param name="Tag">Changes with the bytes: an entity tag, quoted.</param>
internal sealed record PageFile(byte[] Bytes, string ContentType, string Tag)
{
    private const string Prefix = "page/";

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, PageFile> ReadAll()
    {
        var program = typeof(PageFile).Assembly;
        return program.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name => Read(program, name), StringComparer.Ordinal);
    }

    private static PageFile Read(Assembly program, string name)
    {
        using var resource = program.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new PageFile(bytes, TypeOf(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"");
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"{name} is a file of the page, and {other} has no content type."),
    };
}
