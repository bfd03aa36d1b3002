using System.Runtime.CompilerServices;

namespace LmDeploy.EndToEnd.Tests.Samples;

/// <summary>A test that executes a notebook; skipped where Jupyter is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NotebookFactAttribute : FactAttribute
{
    /// <summary>Debian's own Python: another one that comes first in the path knows nothing of its packages.</summary>
    public const string Python = "/usr/bin/python3";

    public NotebookFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = HasPackage("nbconvert") && HasPackage("ipykernel") ? null : "needs Jupyter: apt-get install jupyter-nbconvert python3-ipykernel";

    private static bool HasPackage(string name) => File.Exists(Python) && Directory.Exists($"/usr/lib/python3/dist-packages/{name}");
}
