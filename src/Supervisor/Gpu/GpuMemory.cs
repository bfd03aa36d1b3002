using System.Globalization;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>How much of one device's memory is in use, by whomever.</summary>
/// <param name="Index">The device's place in PCI bus order.</param>
/// <param name="Uuid">The device's UUID, <c>GPU-...</c>.</param>
/// <param name="TotalBytes">What processes can use in all: what the driver keeps for itself is left out.</param>
/// <param name="FreeBytes">What is left of it.</param>
internal sealed record GpuMemory(int Index, string Uuid, long UsedBytes, long TotalBytes = 0, long FreeBytes = 0)
{
    /// <summary>Whether <c>CUDA_VISIBLE_DEVICES</c> would name it so: by its number, or by the beginning of its UUID.</summary>
    public bool IsCalled(string name) =>
        Index.ToString(CultureInfo.InvariantCulture) == name || (name.Length > 4 && Uuid.StartsWith(name, StringComparison.OrdinalIgnoreCase));
}
