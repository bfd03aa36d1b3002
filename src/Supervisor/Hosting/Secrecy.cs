using LmDeploy.Supervisor.Native;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>Keeps what this process knows and holds to itself: prompts and keys in its memory, and descriptors of whoever started it.</summary>
internal static class Secrecy
{
    /// <summary>Set to 1 by who wants core files of the supervisor and its workers.</summary>
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
