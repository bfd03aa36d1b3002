namespace LmDeploy.Cli.Serving;

/// <summary>What <c>serve</c> does unless it is told otherwise.</summary>
internal static class ServeDefaults
{
    public const string Host = "127.0.0.1";

    /// <summary>LMDeploy's.</summary>
    public const int Port = 23333;
}
