namespace LmDeploy.Supervisor.Failures;

/// <summary>What the kernel said. Never blocks.</summary>
internal interface IKernelLog
{
    /// <summary>Messages since a time after boot, oldest first; none where this user may not read them.</summary>
    IReadOnlyList<string> Since(TimeSpan afterBoot);
}
