namespace LmDeploy.Supervisor.Workers;

/// <summary>The environment of a worker: only the variables that it needs to find libraries and devices.</summary>
internal static class WorkerEnvironment
{
    private static readonly HashSet<string> Names =
    [
        "PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
        "VIRTUAL_ENV", "CONDA_PREFIX", "NUGET_PACKAGES", "XDG_CACHE_HOME",
    ];

    private static readonly string[] Prefixes = ["LC_", "NVIDIA_", "DOTNET_", "LMDEPLOY_", "OMP_", "GOMP_", "MKL_"];

    /// <summary>Variables that would dump the worker's memory to files, or run foreign code in it.</summary>
    private static readonly string[] BarredPrefixes =
    [
        "DOTNET_DbgEnable", "DOTNET_DbgMiniDump", "DOTNET_EnableEventPipe", "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS",
    ];

    /// <summary>Suffixes of the names of secrets, which are never passed on.</summary>
    private static readonly string[] SecretSuffixes = ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD"];

    public static Dictionary<string, string?> Build(IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var allowed = new Dictionary<string, string?>();
        foreach (var (name, value) in environment)
        {
            if (IsAllowed(name))
            {
                allowed[name] = value;
            }
        }

        // NVML counts devices in this order, so that its numbers and CUDA's mean the same device.
        allowed["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
        allowed["CUDA_MODULE_LOADING"] = "LAZY";

        // OpenMP threads spin for some microseconds before they sleep. With long spinning they lose whole time slices on a busy core (20 times
        // slower). Without spinning they wake up for every small operation (half as fast).
        if (!allowed.ContainsKey("OMP_WAIT_POLICY"))
        {
            allowed.TryAdd("GOMP_SPINCOUNT", "1000");
        }

        // The youngest generation is as large as the processor's cache otherwise, and stays resident: 90 MiB were seen. Hexadecimal: 16 MiB.
        allowed.TryAdd("DOTNET_GCgen0size", "1000000");

        // A worker never gets to remove the sockets that .NET makes for debuggers in the temporary folder. Who wants them sets this to 1.
        allowed.TryAdd("DOTNET_EnableDiagnostics", "0");
        return allowed;
    }

    private static bool IsAllowed(string name) => Names.Contains(name)
        || (StartsWithAny(name, Prefixes)
            && !StartsWithAny(name, BarredPrefixes)
            && !SecretSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)));

    private static bool StartsWithAny(string name, string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
