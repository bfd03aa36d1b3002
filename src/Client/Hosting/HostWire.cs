using LmDeploy.Words;

namespace LmDeploy.Hosting;

/// <summary>Reads a supervisor's listings off the wire.</summary>
internal static class HostWire
{
    public static SupervisorInfo ToInfo(this V1.HostInfo wire) => new()
    {
        Version = wire.Version,
        ProtocolVersion = wire.ProtocolVersion,
        Pid = wire.Pid,
        SocketPath = wire.Socket,
        Uptime = wire.Uptime?.ToTimeSpan() ?? TimeSpan.Zero,
        IdleTimeout = wire.IdleTimeout?.ToTimeSpan() ?? TimeSpan.Zero,
        StandbyWorkers = wire.StandbyWorkers,
    };

    public static PipelineInfo ToInfo(this V1.PipelineInfo wire) => new()
    {
        Id = wire.Id,
        Name = wire.Name,
        Model = wire.Model,
        State = EnumWords.To<PipelineState>(wire.State),
        WorkerPid = wire.WorkerPid,
        Uptime = wire.Uptime?.ToTimeSpan() ?? TimeSpan.Zero,
        HeldBytes = wire.HeldBytes,
        Memory = EnumWords.To<MemoryKind>(wire.Memory),
        Device = wire.Device,
        Weights = wire.Weights,
        ReadBytes = wire.ReadBytes,
        WeightTime = wire.WeightTime?.ToTimeSpan() ?? TimeSpan.Zero,
        RunningRequests = wire.RunningRequests,
        WaitingRequests = wire.WaitingRequests,
        GeneratedTokens = wire.GeneratedTokens,
        HolderPid = wire.HolderPid,
        Failures = [.. wire.Failures.Select(failure => WorkerFailure.FromWire(failure)!)],
        Restarts = wire.Restarts,
        PromisedBytes = wire.PromisedBytes,
        IsNamed = wire.Named,
        IsPinned = wire.Pinned,
        Ttl = wire.Ttl?.ToTimeSpan() ?? TimeSpan.Zero,
        IdleTime = wire.Idle?.ToTimeSpan() ?? TimeSpan.Zero,
    };

    public static GpuInfo ToInfo(this V1.GpuInfo wire) => new()
    {
        Index = wire.Index,
        Uuid = wire.Uuid,
        Name = wire.Name,
        TotalBytes = wire.TotalBytes,
        UsedBytes = wire.UsedBytes,
        ReservedBytes = wire.ReservedBytes,
        UtilizationPercent = wire.UtilizationPercent,
        DriverVersion = wire.DriverVersion,
        PromisedBytes = wire.PromisedBytes,
        QuarantinedBytes = wire.QuarantinedBytes,
        Processes = [.. wire.Processes.Select(p => new GpuProcess { Pid = p.Pid, UsedBytes = p.UsedBytes, Pipeline = p.Pipeline })],
    };

    public static LogLine ToLine(this V1.LogLine wire)
        => new() { Time = wire.Time.ToDateTimeOffset(), Source = EnumWords.To<LogSource>(wire.Source), Text = wire.Text };

    public static EnvironmentReport ToReport(this V1.EnvironmentReport wire)
        => new() { IsUsable = wire.Usable, Checks = [.. wire.Checks.Select(ToCheck)] };

    public static DeviceCeilings ToCeilings(this V1.Ceilings wire) => new()
    {
        Device = wire.Device,
        LibTorch = wire.Libtorch,
        MemoryBytesPerSecond = wire.MemoryBytesPerSecond,
        HostToDeviceBytesPerSecond = wire.HostToDeviceBytesPerSecond,
        ProductFlops = wire.ProductFlops,
        ProductDtype = EnumWords.To<EngineDtype>(wire.ProductDtype),
    };

    private static EnvironmentCheck ToCheck(V1.EnvironmentCheck wire)
        => new() { Name = wire.Name, Status = EnumWords.To<EnvironmentCheckStatus>(wire.Status), Detail = wire.Detail };
}
