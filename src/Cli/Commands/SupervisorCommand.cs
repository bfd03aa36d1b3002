using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy supervisor</c>: looks at the shared supervisor and ends it.</summary>
internal static class SupervisorCommand
{
    private const string NoneRuns = "No supervisor runs.";

    public static Command Create(CliHost host)
        => new("supervisor", "Inspect or stop the supervisor of this user and build. Starts none.") { CreateInfo(host), CreateStop(host) };

    private static Command CreateInfo(CliHost host)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("info", "Show the supervisor and its state.") { json };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var supervisor = await host.FindSupervisorAsync(cancellationToken);
            var info = supervisor is null ? null : await supervisor.GetInfoAsync(cancellationToken);
            if (result.GetValue(json))
            {
                host.Terminal.Out.WriteLine(ToJson(info));
            }
            else
            {
                host.Terminal.Out.WriteLine(info is null
                    ? NoneRuns
                    : Units.Format($"version {info.Version}, protocol {info.ProtocolVersion}, pid {info.Pid}, up {Units.Duration(info.Uptime)}, ")
                        + Units.Format(
                            $"idle timeout {info.IdleTimeout.TotalSeconds} s, {info.StandbyWorkers} workers stand by, socket {info.SocketPath}"));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateStop(CliHost host)
    {
        var command = new Command("stop", "Stop every pipeline and the supervisor.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var supervisor = await host.FindSupervisorAsync(cancellationToken);
            if (supervisor is null)
            {
                host.Terminal.Out.WriteLine(NoneRuns);
                return ExitCodes.Done;
            }

            await supervisor.ShutdownAsync(cancellationToken);
            host.Terminal.Out.WriteLine("The supervisor ends.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string ToJson(SupervisorInfo? info) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("running", info is not null);
            if (info is not null)
            {
                json.WriteString("version", info.Version);
                json.WriteNumber("protocol_version", info.ProtocolVersion);
                json.WriteNumber("pid", info.Pid);
                json.WriteString("socket", info.SocketPath);
                json.WriteNumber("uptime_seconds", info.Uptime.TotalSeconds);
                json.WriteNumber("idle_timeout_seconds", info.IdleTimeout.TotalSeconds);
                json.WriteNumber("standby_workers", info.StandbyWorkers);
            }

            json.WriteEndObject();
        },
        indented: true);
}
