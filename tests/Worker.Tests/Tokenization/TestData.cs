namespace LmDeploy.Worker.Tests.Tokenization;

/// <summary>Where the tests' tokenizers are: in the output, and on some machines beside the repository.</summary>
internal static class TestData
{
    public static string? Shared { get; } = FindShared();

    public static string Golden(string family) => Path.Combine(AppContext.BaseDirectory, "Golden", family);

    private static string? FindShared()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LmDeploy.sln")))
            {
                var shared = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
                return Directory.Exists(shared) ? shared : null;
            }
        }

        return null;
    }
}
