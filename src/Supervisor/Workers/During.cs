namespace LmDeploy.Supervisor.Workers;

/// <summary>What a worker was doing when it ended.</summary>
internal static class During
{
    public const string Starting = "starting";
    public const string Loading = "loading";
    public const string Idle = "idle";
    public const string Serving = "serving";
}
