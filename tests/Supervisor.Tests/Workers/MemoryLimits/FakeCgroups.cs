using System.Globalization;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Workers.MemoryLimits;

/// <summary>A file system that looks like control groups to who only reads and writes files.</summary>
internal sealed class FakeCgroups : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public string Root => _root.Path;

    public static string Self => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    public FakeCgroups Add(string path, string content)
    {
        var file = _root.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return this;
    }

    public string Read(string path) => File.ReadAllText(_root.File(path));

    public bool Has(string path) => Directory.Exists(_root.File(path)) || File.Exists(_root.File(path));

    public void Dispose() => _root.Dispose();
}
