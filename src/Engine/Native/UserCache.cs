namespace LmDeploy.Engine.Native;

/// <summary>Where this user's caches are: in <c>XDG_CACHE_HOME</c>, or <c>~/.cache</c>.</summary>
internal static class UserCache
{
    public static string Folder(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "lmdeploy",
        name);
}
