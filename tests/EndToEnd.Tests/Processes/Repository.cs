using System.Reflection;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>Where things are in the checkout that is tested.</summary>
internal static class Repository
{
    public static string Root => Checkout.Root;

    /// <summary>The folder with the published programs.</summary>
    public static string Home { get; } = Environment.GetEnvironmentVariable("LMDEPLOY_HOME") is { Length: > 0 } home
        ? home
        : typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "LmDeployHome").Value!;

    /// <summary>The folder with the worker that goes wrong where it is told to, in the worker's place.</summary>
    public static string FakeHome => Path.Combine(Root, "artifacts", "fake-home");

    public static string SupervisorExecutable => Path.Combine(Home, "supervisor", "lmdeploy-supervisor");

    public static string Cli => Path.Combine(Home, "cli", "lmdeploy");

    public static string Pebble => Model("pebble");

    public static string Cobble => Model("cobble");

    public static string Boulder => Model("boulder");

    public static string Cairn => Model("cairn");

    public static string Evaluation => Path.Combine(Root, "models", "eval.jsonl");

    public static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    private static string Model(string name) => Path.Combine(Root, "models", name);
}
