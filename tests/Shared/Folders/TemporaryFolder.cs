using System.Text;

namespace LmDeploy.Tests.Folders;

/// <summary>A private folder for one test; disposing it deletes it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>The name is short: sockets in it have paths of at most 108 bytes.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("lmdt-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Join(Path, name);

    /// <summary>Writes a file and its folders.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Write(string, string)"/>
    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    public TemporaryFolder With(string file, string content)
    {
        Write(file, content);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
