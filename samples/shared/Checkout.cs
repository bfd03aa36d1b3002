using System.Runtime.CompilerServices;

/// <summary>Where things are in the checkout that a sample is run from.</summary>
internal static class Checkout
{
    private static readonly string _root = FindRoot();

    /// <summary>A file or folder of <c>models/</c>.</summary>
    public static string Model(string name) => Path.Combine(_root, "models", name);

    /// <summary>The programs are those of <c>./run.sh</c>, unless LMDEPLOY_HOME names others.</summary>
    [ModuleInitializer]
    internal static void FindPrograms()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("LMDEPLOY_HOME")))
        {
            Environment.SetEnvironmentVariable("LMDEPLOY_HOME", Path.Combine(_root, "artifacts", "lmdeploy"));
        }
    }

    /// <summary>What is compiled does not always know where its source lies; <c>dotnet run</c> does.</summary>
    private static string FindRoot() => Path.GetFullPath(Path.Combine(
        AppContext.GetData("EntryPointFileDirectoryPath") as string ?? throw new InvalidOperationException(
            "Run the samples by dotnet run samples/NAME.cs."), ".."));
}
