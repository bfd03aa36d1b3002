namespace LmDeploy.Cli.Serving;

/// <summary>What <c>serve</c> does unless it is told otherwise.</summary>
internal static class ServeDefaults
{
    /// <summary>LMDeploy's.</summary>
    public const int Port = 23333;
}
