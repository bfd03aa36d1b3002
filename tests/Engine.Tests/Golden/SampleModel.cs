namespace LmDeploy.Engine.Tests.Golden;

/// <summary>The trained models of the checkout, in <c>models/</c>.</summary>
internal static class SampleModel
{
    public static string Boulder { get; } = Path.Combine(FindModels(), "boulder");

    private static string FindModels()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LmDeploy.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException($"No checkout above {AppContext.BaseDirectory}."), "models");
    }
}
