using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Engine.Kernels;

/// <summary>
/// Remembers on disk that kernels were found to compute what libtorch's operators do. To see it again would cost a second of each load: libtorch loads each
/// of its operators to the device when it is first used.
/// </summary>
/// <param name="cacheFolder">Where that is noted.</param>
/// <param name="circumstances">Everything that the result hangs on: program, device, libraries, model and settings.</param>
internal sealed class KernelProof(string cacheFolder, IEnumerable<string> circumstances)
{
    private readonly string _path = Path.Combine(cacheFolder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', circumstances))))}.proven");

    public bool Exists => File.Exists(_path);

    /// <summary>Notes that it was seen. A cache that cannot be written costs time, nothing else.</summary>
    public void Note()
    {
        try
        {
            Directory.CreateDirectory(cacheFolder);
            File.WriteAllBytes(_path, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"That the kernels are right is not noted: {e.Message}");
        }
    }
}
