namespace LmDeploy.V1;

/// <summary>The kinds that a <c>WorkerFailure</c> can have.</summary>
internal static class FailureKinds
{
    public const string Exited = "exited";
    public const string Crashed = "crashed";
    public const string Killed = "killed";
    public const string Hung = "hung";
    public const string Stopped = "stopped";
    public const string OomKilled = "oom_killed";
    public const string MemoryLimit = "memory_limit";
    public const string CudaError = "cuda_error";
    public const string StartFailed = "start_failed";
}
