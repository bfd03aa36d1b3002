using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Receipts;

/// <summary>A worker to end, and the baseline of its receipt.</summary>
/// <param name="Process">The worker's process.</param>
/// <param name="Device">The device it computes on; null for a CPU.</param>
/// <param name="LastSeen">What it held when it was last looked at; stands in when it died before it could be asked again.</param>
/// <param name="HeldReading">The devices when the model was loaded; stands in likewise. Null when they were not read.</param>
/// <param name="Grace">The time it has to leave by itself.</param>
/// <param name="Crashed">Whether it died before anybody wanted it to.</param>
internal sealed record ReclaimTarget(
    IWorkerProcess Process, DeviceBaseline? Device, ProcessMemory LastSeen, GpuReading? HeldReading, TimeSpan Grace, bool Crashed);
