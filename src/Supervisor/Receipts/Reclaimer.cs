using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Receipts;

/// <summary>Ends a worker and measures the memory that comes back.</summary>
internal sealed class Reclaimer(WorkerStopper stopper, IGpuMonitor gpus, SupervisorOptions options, TimeProvider time)
{
    private static readonly TimeSpan ReadingInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a worker that was killed may take to end.</summary>
    public TimeSpan KillTimeout => options.KillTimeout;

    /// <summary>Returns in bounded time, also when the worker does not die: the receipt then has no exit code.</summary>
    public async Task<ReclaimReceipt> ReclaimAsync(ReclaimTarget target)
    {
        var began = time.GetTimestamp();
        var receipt = target.Device is { } device ? await ReclaimDeviceAsync(target, device) : await ReclaimResidentAsync(target);
        receipt.Time = Duration.FromTimeSpan(time.GetElapsedTime(began));
        return receipt;
    }

    private async Task<ReclaimReceipt> ReclaimResidentAsync(ReclaimTarget target)
    {
        var held = target.Process.ReadMemory();
        var end = await stopper.StopAsync(target.Process, target.Grace, target.Crashed);
        var heldIsOld = held.Resident == 0;
        return ReceiptWriter.WriteResident(end, heldIsOld ? target.LastSeen : held, heldIsOld);
    }

    private async Task<ReclaimReceipt> ReclaimDeviceAsync(ReclaimTarget target, DeviceBaseline device)
    {
        var isGoneAlready = target.Process.Exited.IsCompleted;
        var held = device.Unverifiable is null ? await GpuReading.TakeAsync(gpus, CancellationToken.None) : new GpuReading([], device.Unverifiable);
        if (isGoneAlready && held.Unavailable is null && target.HeldReading is { Unavailable: null } earlier)
        {
            held = earlier;
        }

        var end = await stopper.StopAsync(target.Process, target.Grace, target.Crashed);
        var after = held.Unavailable is null ? await ReadUntilFreeAsync(device) : held;
        return ReceiptWriter.WriteDevice(end, device, held, after);
    }

    /// <summary>The driver may show memory as used for a while after the process has gone.</summary>
    private async Task<GpuReading> ReadUntilFreeAsync(DeviceBaseline device)
    {
        var began = time.GetTimestamp();
        using var timer = new PeriodicTimer(ReadingInterval, time);
        while (true)
        {
            var reading = await GpuReading.TakeAsync(gpus, CancellationToken.None);
            if (reading.UsedOn(device.Uuid) is not { } used
                || used <= device.UsedBytes + ReceiptWriter.DeviceTolerance
                || time.GetElapsedTime(began) >= options.ReclaimTimeout)
            {
                return reading;
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
