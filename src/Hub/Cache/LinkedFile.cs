namespace LmDeploy.Hub.Cache;

/// <summary>Files that may be links: .NET says of a link that leads nowhere that it exists.</summary>
internal static class LinkedFile
{
    public static bool Exists(string path)
        => new FileInfo(path) is { Exists: true } file && (file.LinkTarget is null || file.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true });
}
