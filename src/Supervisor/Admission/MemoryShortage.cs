using System.Globalization;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Builds <c>insufficient_memory</c> errors: the need, the memory of each device, and the holders of the rest.</summary>
internal static class MemoryShortage
{
    private const double Mebibyte = 1 << 20;

    /// <summary>It needs more than any device has.</summary>
    /// <param name="devices">At least one, the best first.</param>
    public static SupervisorException Never(WorkerSpec spec, MemoryNeed need, IReadOnlyList<DeviceReading> devices, IMemoryPool pool)
    {
        var largest = devices.MaxBy(device => device.Total)!;
        var room = $"{pool.Describe(largest.Device)} has {Size(largest.Total)} in all";
        return Create(spec, need.Weights > largest.Total
            ? $"{spec.Name} is too large for this machine: its weights alone take {Size(need.Weights)}, and {room}. Use a smaller or a quantized model."
            : $"{spec.Name} needs {Size(need.Least)}, and {room}: {Advice}");
    }

    /// <summary>It was not free in time.</summary>
    /// <param name="devices">The best first.</param>
    /// <param name="own">What this supervisor promised there.</param>
    public static SupervisorException Now(
        WorkerSpec spec, MemoryNeed need, IReadOnlyList<DeviceReading> devices, IReadOnlyList<Reservation> own, IMemoryPool pool)
    {
        var waited = string.Create(CultureInfo.InvariantCulture, $"after {spec.AdmissionTimeout.TotalSeconds:0.###} s (admission_timeout_ms)");
        var state = string.Join(" ", devices.Select(device =>
            $"On {pool.Describe(device.Device)} {Size(Math.Max(0, device.Promisable))} of {Size(device.Total)} could be promised; {Holders(device, own)}."));
        return Create(spec, $"{spec.Name} needs {Size(need.Least)}, which was not free {waited}. {state} Close a pipeline, or {Advice}");
    }

    private const string Advice = "lower session_len, max_batch_size or cache_max_entry_count.";

    private static string Holders(DeviceReading device, IReadOnlyList<Reservation> own)
    {
        var ours = own.Where(reservation => reservation.Device == device.Device).ToList();
        var numbers = ours.Select(reservation => (reservation.Promise!.Owner, reservation.Promise.Number)).ToHashSet();
        var elsewhere = device.Promises.Where(promise => !numbers.Contains((promise.Owner, promise.Number))).ToList();
        var others = device.Total - device.Free - device.Promises.Sum(promise => Math.Min(promise.Bytes, device.HeldBy(promise.Worker)));
        List<string> holders =
        [
            .. ours.OrderBy(reservation => reservation.Promise!.Number).Select(reservation => $"{reservation.Name} has {Size(reservation.Bytes)}"),
        ];
        if (elsewhere.Count > 0)
        {
            holders.Add($"pipelines of other supervisors have {Size(elsewhere.Sum(promise => promise.Bytes))}");
        }

        holders.Add($"other processes have {Size(Math.Max(0, others))}");
        return string.Join(", ", holders);
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Mebibyte:N0} MiB");

    private static SupervisorException Create(WorkerSpec spec, string message) => new(ErrorCodes.InsufficientMemory, message, spec.Model);
}
