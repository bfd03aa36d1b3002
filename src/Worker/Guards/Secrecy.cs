using LmDeploy.Engine.Native;

namespace LmDeploy.Worker.Guards;

/// <summary>Keeps what this process knows to itself: prompts and weights are in its memory.</summary>
internal static class Secrecy
{
    /// <summary>Set to 1 by who wants core files of workers.</summary>
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
