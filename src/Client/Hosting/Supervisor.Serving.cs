using System.Diagnostics;
using System.Globalization;
using LmDeploy.Hosting;

namespace LmDeploy;

public sealed partial class Supervisor
{
    /// <summary>
    /// How to run a supervisor in the foreground that answers over HTTP, as <c>lmdeploy serve</c> does. It writes its log to standard error, drains at SIGTERM
    /// and ends at SIGINT.
    /// Who starts it has to do so soon: its settings lie in a file that only this user can read, until it takes them.
    /// </summary>
    /// <param name="options">The settings as JSON; docs/serving.md lists what they are.</param>
    /// <param name="isShared">Whether it becomes the shared supervisor of this user, whose place has to be free; otherwise only HTTP and its own socket reach
    /// it.</param>
    /// <exception cref="SupervisorUnavailableException">LmDeploy's programs were not found, or the folder of the sockets is not safe.</exception>
    public static ProcessStartInfo PrepareServing(string options, bool isShared)
    {
        ArgumentException.ThrowIfNullOrEmpty(options);
        if (!OperatingSystem.IsLinux())
        {
            throw AbsentEndpoint.Refusal();
        }

        var installation = Installation.Find();
        var folder = RuntimeFolder.Open(RuntimeFolder.Locate());
        SupervisorRemains.RemoveOfEndedServers(folder);
        var own = string.Create(CultureInfo.InvariantCulture, $"{SupervisorRemains.ServerPrefix}{Environment.ProcessId}");
        var file = Path.Join(folder, $"{own}.json");
        File.WriteAllText(file, options); // The folder lets nobody else in.
        var socket = isShared ? SharedEndpoint.PathFor(installation) : Path.Join(folder, $"{own}.sock");
        var start = new SupervisorStart(
            installation,
            socket,
            IsOwned: false,
            IdleTimeout: TimeSpan.Zero,
            SecondsVariable.Read("LMDEPLOY_CLIENT_TIMEOUT", fallback: 30, least: 6),
            Timeout.InfiniteTimeSpan);
        var program = ProgramStart.Create(installation.SupervisorPath, [.. start.Arguments, "--serve", file]);

        // As for other supervisors: a killed one would leave its debugger sockets in the temporary folder.
        program.Environment.TryAdd("DOTNET_EnableDiagnostics", "0");
        return program;
    }
}
