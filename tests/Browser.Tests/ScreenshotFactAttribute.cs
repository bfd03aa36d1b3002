using System.Runtime.CompilerServices;

namespace LmDeploy.Browser.Tests;

/// <summary>Not a test: takes the screenshots of the documentation, where LMDEPLOY_SCREENSHOTS is set.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScreenshotFactAttribute : FactAttribute
{
    public ScreenshotFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = Environment.GetEnvironmentVariable("LMDEPLOY_SCREENSHOTS") is { Length: > 0 } && Chromium.Executable is not null
        ? null
        : "makes the pictures in docs/images, where LMDEPLOY_SCREENSHOTS is set and a browser is installed";
}
