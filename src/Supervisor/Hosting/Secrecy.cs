using LmDeploy.Supervisor.Native;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// Protects this process: no core files and no reading of its memory, which has prompts and keys, and no inherited descriptors in child processes.
/// </summary>
internal static class Secrecy
{
    /// <summary>The environment variable that allows core files of the supervisor and its workers when it is 1.</summary>
    public const string AllowCore = "LMDEPLOY_ALLOW_CORE";

    public static void Arm()
    {
        LibC.KeepDescriptors();
        if (Environment.GetEnvironmentVariable(AllowCore) != "1")
        {
            LibC.ForbidDumps();
        }
    }
}
