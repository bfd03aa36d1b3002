using LmDeploy.Engine.Native;

namespace LmDeploy.Worker.Guards;

/// <summary>Protects the memory of this process, which has prompts and weights: no core files, and no reading by other processes.</summary>
internal static class Secrecy
{
    /// <summary>The environment variable that allows core files of workers when it is 1.</summary>
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
