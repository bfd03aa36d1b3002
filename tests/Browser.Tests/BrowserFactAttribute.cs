using System.Runtime.CompilerServices;

namespace LmDeploy.Browser.Tests;

/// <summary>A test that needs a browser; skipped where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = Chromium.Executable is null ? "needs a browser: apt-get install chromium" : null;
}
