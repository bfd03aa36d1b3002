using System.Runtime.InteropServices;
using LmDeploy.Supervisor.Native;

namespace LmDeploy.Supervisor.Workers;

/// <summary>The command line of a worker.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">What it is given before the worker's own arguments.</param>
internal sealed record WorkerProgram(string File, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// The executable, or the .NET that this process runs on with the executable's library, where this user may not execute the file: packages do not keep
    /// permissions. Null when neither can be run.
    /// </summary>
    public static WorkerProgram? At(string executable)
    {
        if (LibC.Access(executable, LibC.Execute) == 0)
        {
            return new WorkerProgram(executable, []);
        }

        var dotnet = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var library = executable + ".dll";
        return System.IO.File.Exists(library) && System.IO.File.Exists(dotnet) ? new WorkerProgram(dotnet, [library]) : null;
    }
}
