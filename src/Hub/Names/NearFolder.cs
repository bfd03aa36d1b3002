using LmDeploy.Words;

namespace LmDeploy.Hub;

/// <summary>Finds the folder that a mistyped path was probably meant as.</summary>
internal static class NearFolder
{
    /// <summary>What a message says of it; empty where there is none.</summary>
    /// <param name="path">A path that does not exist.</param>
    public static string Hint(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (string.IsNullOrEmpty(parent) || !Directory.Exists(parent))
        {
            return "";
        }

        try
        {
            var near = NearestName.Of(Path.GetFileName(path), Directory.EnumerateDirectories(parent).Select(folder => Path.GetFileName(folder)!));
            return near is null ? "" : $" (did you mean '{Path.Join(parent, near)}'?)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
