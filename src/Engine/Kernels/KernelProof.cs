using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Engine.Kernels;

/// <summary>
/// Records on disk that kernels agree with libtorch's operators. Without the record each load would take a second longer, because libtorch loads each
/// operator to the device on its first use.
/// </summary>
/// <param name="cacheFolder">The folder of the record.</param>
/// <param name="circumstances">Everything that the result depends on: program, device, libraries, model and settings.</param>
internal sealed class KernelProof(string cacheFolder, IEnumerable<string> circumstances)
{
    private readonly string _path = Path.Combine(
        cacheFolder, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', circumstances))))}.proven");

    public bool Exists => File.Exists(_path);

    /// <summary>Writes the record. A failure only costs the next load time.</summary>
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
