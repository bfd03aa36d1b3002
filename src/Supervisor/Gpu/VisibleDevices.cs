namespace LmDeploy.Supervisor.Gpu;

/// <summary>Understands <c>CUDA_VISIBLE_DEVICES</c> as CUDA does, with devices numbered in PCI bus order.</summary>
internal static class VisibleDevices
{
    /// <param name="visible">Numbers or (beginnings of) UUIDs; null for all devices.</param>
    /// <returns>The devices that a process may use; null when parts of a divided GPU (MIG) are named, which NVML does not list.</returns>
    public static IReadOnlyList<GpuMemory>? Choose(IReadOnlyList<GpuMemory> devices, string? visible)
    {
        if (visible is null)
        {
            return devices;
        }

        var chosen = new List<GpuMemory>();
        foreach (var name in visible.Split(',', StringSplitOptions.TrimEntries))
        {
            if (name.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            // The first name that means nothing ends the list.
            if (devices.FirstOrDefault(device => device.IsCalled(name)) is not { } found)
            {
                break;
            }

            chosen.Add(found);
        }

        return chosen;
    }
}
