using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>One GPU, as its driver sees it.</summary>
public sealed record GpuInfo
{
    /// <summary>Its number on this host.</summary>
    public int Index { get; init; }

    /// <summary>What identifies it.</summary>
    public required string Uuid { get; init; }

    /// <summary>What it is called.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes of memory it has.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Bytes in use.</summary>
    public long UsedBytes { get; init; }

    /// <summary>Bytes the driver keeps for itself.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>How busy it was in the last moments, 0 to 100.</summary>
    public int UtilizationPercent { get; init; }

    /// <summary>The driver's version.</summary>
    public string DriverVersion { get; init; } = "";

    /// <summary>Bytes that workers of all supervisors of this user may take, those they hold already included.</summary>
    public long PromisedBytes { get; init; }

    /// <summary>Those of them whose workers would not die.</summary>
    public long QuarantinedBytes { get; init; }

    /// <summary>Who uses it.</summary>
    public IReadOnlyList<GpuProcess> Processes { get; init => field = Values.Of(value); } = ValueList<GpuProcess>.Empty;
}
