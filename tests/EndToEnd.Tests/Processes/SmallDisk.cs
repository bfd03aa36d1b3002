using System.Diagnostics;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>A file system of its own with little room. Disposing unmounts it; nothing may be open on it then.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int Bytes = 256 * 1024;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Mounts one on a folder that is there.</summary>
    public static async Task<SmallDisk> MountAsync(string folder)
    {
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Bytes},mode=0700", "tmpfs", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync() => await RunAsync("umount", Folder);

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Deadline);
        await process.WaitForExitAsync().WaitAsync(Deadline);
        process.ExitCode.ShouldBe(0, $"{command} {string.Join(' ', arguments)}: {errors}");
    }
}
