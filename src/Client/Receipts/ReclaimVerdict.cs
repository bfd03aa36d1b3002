namespace LmDeploy;

/// <summary>What was observed after a worker ended.</summary>
public enum ReclaimVerdict
{
    /// <summary>What is left could not be read; <see cref="ReclaimReceipt.Reason"/> says why.</summary>
    Unverifiable,

    /// <summary>Something was seen to be left: the process, or bytes on a device.</summary>
    Partial,

    /// <summary>The process is gone and its memory was seen to be back.</summary>
    Reclaimed,
}
