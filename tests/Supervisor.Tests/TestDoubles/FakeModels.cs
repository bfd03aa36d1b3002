using LmDeploy.Supervisor.Tests.Functional;
using LmDeploy.Tests.Blank;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Folders that a supervisor lets pass, for workers that do not look at them.</summary>
internal static class FakeModels
{
    private static readonly string Root = System.IO.Path.Combine(RealSupervisor.Root, "artifacts/fake-folders");

    /// <summary>The folder of a model, which is made where it does not exist. Thread-safe, also between processes.</summary>
    public static string Path(string name)
    {
        var folder = System.IO.Path.Combine(Root, name);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var made = BlankCheckpoint.Write(System.IO.Path.Combine(Root, $".{Guid.NewGuid():N}"));
        try
        {
            Directory.Move(made, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(made, recursive: true);
        }

        return folder;
    }
}
