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

    private static string FindRoot([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));
}
