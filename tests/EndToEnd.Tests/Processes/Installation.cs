namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>A home of programs whose supervisor starts with arguments and an environment that clients have no settings for. Disposing removes it.</summary>
internal sealed class Installation : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="arguments">Put before those that the client gives.</param>
    /// <param name="fake">What fake workers do wrong, where the arguments name their home.</param>
    public Installation(string arguments, string fake = "")
    {
        Home = Directory.CreateTempSubdirectory("lmd-home-").FullName;
        var supervisor = Path.Combine(Directory.CreateDirectory(Path.Combine(Home, "supervisor")).FullName, "lmdeploy-supervisor");
        File.WriteAllText(supervisor, $"#!/bin/sh\nexport LMDEPLOY_FAKE='{fake}'\nexec '{Repository.SupervisorExecutable}' {arguments} \"$@\"\n");
        File.SetUnixFileMode(supervisor, Executable);
    }

    public string Home { get; }

    /// <summary>One whose workers are fakes.</summary>
    /// <param name="fake">What they do wrong.</param>
    public static Installation WithFakes(string fake = "") => new($"--home '{Repository.FakeHome}'", fake);

    public void Dispose() => Directory.Delete(Home, recursive: true);
}
