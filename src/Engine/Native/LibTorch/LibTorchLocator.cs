namespace LmDeploy.Engine.Native.LibTorch;

/// <summary>Finds the libtorch builds of this host, best first: <c>LMDEPLOY_LIBTORCH</c>, installed pip PyTorch, the NuGet package.</summary>
internal sealed class LibTorchLocator(Func<string, string?> environment, string applicationFolder)
{
    public const string Variable = "LMDEPLOY_LIBTORCH";

    private const string Marker = "libtorch_cpu.so";

    public static LibTorchLocator ForThisProcess { get; } = new(Environment.GetEnvironmentVariable, AppContext.BaseDirectory);

    /// <summary>The folder with TorchSharp's own native library, which is not part of libtorch.</summary>
    public string? TorchSharpLibrary => NuGetFolders()
        .Select(folder => Path.Combine(folder, "libLibTorchSharp.so"))
        .FirstOrDefault(File.Exists);

    public IReadOnlyList<LibTorchCandidate> Find()
    {
        var explicitly = Explicit().Select(folder => new LibTorchCandidate(Variable, folder));
        var pip = PipFolders().Select(folder => new LibTorchCandidate("pip PyTorch", folder));
        var nuget = NuGetFolders().Select(folder => new LibTorchCandidate("NuGet package", folder));
        return [.. explicitly.Concat(pip).Concat(nuget)
            .Where(candidate => File.Exists(Path.Combine(candidate.Folder, Marker)))
            .DistinctBy(candidate => Path.GetFullPath(candidate.Folder))];
    }

    private IEnumerable<string> Explicit()
    {
        if (environment(Variable) is { Length: > 0 } folder)
        {
            yield return folder;
            yield return Path.Combine(folder, "lib");
        }
    }

    private IEnumerable<string> NuGetFolders() =>
        [Path.Combine(applicationFolder, "runtimes", "linux-x64", "native"), applicationFolder];

    /// <summary>Looks where <c>python3</c> would, without starting it: an interpreter takes longer than this process has.</summary>
    /// <remarks>Debian's and Ubuntu's pip installs below <c>local</c> of the prefix, which comes first.</remarks>
    private IEnumerable<string> PipFolders() => PythonPrefixes()
        .SelectMany(prefix => new[] { Path.Combine(prefix, "local"), prefix })
        .Distinct()
        .SelectMany(prefix => Folders(Path.Combine(prefix, "lib"), "python3*"))
        .SelectMany(python => new[] { "site-packages", "dist-packages" }.Select(packages => Path.Combine(python, packages, "torch", "lib")));

    private IEnumerable<string> PythonPrefixes()
    {
        foreach (var variable in new[] { "VIRTUAL_ENV", "CONDA_PREFIX" })
        {
            if (environment(variable) is { Length: > 0 } prefix)
            {
                yield return prefix;
            }
        }

        foreach (var folder in (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var python = new FileInfo(Path.Combine(folder, "python3"));
            if (python.Exists && Path.GetDirectoryName(folder.TrimEnd('/')) is { } prefix)
            {
                yield return prefix;
                if (python.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Directory.Parent.FullName: { } target })
                {
                    yield return target;
                }
            }
        }

        if (environment("HOME") is { Length: > 0 } home)
        {
            yield return Path.Combine(home, ".local");
        }
    }

    private static string[] Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? [.. Directory.GetDirectories(parent, pattern).Order(StringComparer.Ordinal).Reverse()] : [];
}
