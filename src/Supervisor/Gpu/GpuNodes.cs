namespace LmDeploy.Supervisor.Gpu;

/// <summary>
/// Counts GPUs by their device files. A container has files only for the GPUs that it may use. Faster than the initialization of NVML. Stateless;
/// safe from any thread.
/// </summary>
/// <param name="visible">The supervisor's <c>CUDA_VISIBLE_DEVICES</c>; null for all devices.</param>
/// <param name="folder">Where the files are.</param>
internal sealed class GpuNodes(string? visible, string folder = "/dev")
{
    private const string Prefix = "nvidia";

    /// <summary>Whether workers may use more than one.</summary>
    public bool AreSeveral => (visible is null || visible.Contains(',', StringComparison.Ordinal)) && Count() > 1;

    private int Count()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder, Prefix + "*")
                .Count(path => int.TryParse(Path.GetFileName(path.AsSpan())[Prefix.Length..], out _));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
