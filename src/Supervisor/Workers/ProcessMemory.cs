namespace LmDeploy.Supervisor.Workers;

/// <summary>Bytes of resident memory, now and at the peak; of several processes, the sums.</summary>
internal readonly record struct ProcessMemory(long Resident, long Peak)
{
    public static ProcessMemory operator +(ProcessMemory left, ProcessMemory right) => new(left.Resident + right.Resident, left.Peak + right.Peak);
}
