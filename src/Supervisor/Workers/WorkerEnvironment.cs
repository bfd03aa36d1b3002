namespace LmDeploy.Supervisor.Workers;

/// <summary>What a worker sees of the supervisor's environment: what it needs to find libraries and devices, and nothing else.</summary>
internal static class WorkerEnvironment
{
    private static readonly HashSet<string> Names =
    [
        "PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
        "VIRTUAL_ENV", "CONDA_PREFIX", "NUGET_PACKAGES", "XDG_CACHE_HOME",
    ];

    private static readonly string[] Prefixes = ["LC_", "NVIDIA_", "DOTNET_", "LMDEPLOY_", "OMP_", "GOMP_", "MKL_"];

    /// <summary>What would write the worker's memory to files, or run code of others in it.</summary>
    private static readonly string[] BarredPrefixes = ["DOTNET_DbgEnable", "DOTNET_DbgMiniDump", "DOTNET_EnableEventPipe", "DOTNET_STARTUP_HOOKS", "DOTNET_ADDITIONAL_DEPS"];

    /// <summary>Endings of the names that secrets have, whatever they begin with.</summary>
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

        // Threads that spin long for one another stand still for whole time slices when a core is busy otherwise: 20 times slower was seen.
        // Those that sleep at once wake up for every small operation: half as fast. So they spin for some microseconds.
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
        || (StartsWithAny(name, Prefixes) && !StartsWithAny(name, BarredPrefixes) && !SecretSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)));

    private static bool StartsWithAny(string name, string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
