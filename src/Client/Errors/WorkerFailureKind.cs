namespace LmDeploy;

/// <summary>What ends a worker that nobody told to end.</summary>
public enum WorkerFailureKind
{
    /// <summary>Something that this version of the client does not know.</summary>
    Unknown,

    /// <summary>It ended by itself with an exit code.</summary>
    Exited,

    /// <summary>A fatal signal of its own: SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE.</summary>
    Crashed,

    /// <summary>A signal that somebody outside sent: SIGKILL, SIGTERM.</summary>
    Killed,

    /// <summary>It was silent, or made no progress with its work, for <see cref="SupervisionConfig.HangTimeout"/>.</summary>
    Hung,

    /// <summary>Somebody froze it with SIGSTOP for <see cref="SupervisionConfig.HangTimeout"/>.</summary>
    Stopped,

    /// <summary>The kernel killed it because memory ran out.</summary>
    OomKilled,

    /// <summary>It took more than <see cref="AdmissionConfig.MemoryLimit"/>.</summary>
    MemoryLimit,

    /// <summary>CUDA failed in a way that a process does not recover from.</summary>
    CudaError,

    /// <summary>It did not get as far as answering.</summary>
    StartFailed,
}
