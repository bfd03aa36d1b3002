using System.Diagnostics;
using System.Runtime.Versioning;

namespace LmDeploy.Hosting;

/// <summary>How one of LmDeploy's programs is started.</summary>
[SupportedOSPlatform("linux")]
internal static class ProgramStart
{
    /// <summary>Its executable, or <c>dotnet</c> with its library where this user may not execute the file: packages do not keep permissions.</summary>
    public static ProcessStartInfo Create(string executable, IEnumerable<string> arguments)
    {
        var dotnet = DotnetFolder.Find();
        var library = executable + ".dll";
        var start = !LibC.CanExecute(executable) && dotnet is not null && File.Exists(library)
            ? new ProcessStartInfo(Path.Join(dotnet, "dotnet"), [library, .. arguments])
            : new ProcessStartInfo(executable, arguments);

        // The executable looks for .NET where it is usually installed; tell it where this process found it, unless it brings its own.
        if (dotnet is not null)
        {
            start.Environment.TryAdd("DOTNET_ROOT", dotnet);
        }

        return start;
    }
}
