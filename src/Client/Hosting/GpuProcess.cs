namespace LmDeploy;

/// <summary>A process that uses a GPU.</summary>
/// <param name="Pid">The process.</param>
/// <param name="UsedBytes">Bytes of the GPU's memory it uses.</param>
/// <param name="Pipeline">The id of the pipeline it works for; <c>standby</c> while it waits for one; empty when it is none of ours.</param>
public sealed record GpuProcess(int Pid, long UsedBytes, string Pipeline);
