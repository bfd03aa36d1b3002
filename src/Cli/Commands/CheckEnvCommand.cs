using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;
using LmDeploy.Words;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy check-env</c>: says whether models can run on this host.</summary>
internal static class CheckEnvCommand
{
    public static Command Create(CliHost host)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("check-env", "Start a worker and report what it finds on this host. Exit code 1 when models cannot run.") { json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var report = await host.Supervisor.CheckEnvironmentAsync(cancellationToken);
            if (result.GetValue(json))
            {
                host.Terminal.Out.WriteLine(ToJson(report));
            }
            else
            {
                Listing.Write(host.Terminal, ["CHECK", "STATUS", "DETAIL"], report.Checks.Select(c => new[] { c.Name, EnumWords.Of(c.Status), c.Detail }));
                host.Terminal.Out.WriteLine(report.IsUsable ? "Models can run here." : "Models cannot run here.");
            }

            return report.IsUsable ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static string ToJson(EnvironmentReport report) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("usable", report.IsUsable);
            json.WriteStartArray("checks");
            foreach (var check in report.Checks)
            {
                json.WriteStartObject();
                json.WriteString("name", check.Name);
                json.WriteString("status", EnumWords.Of(check.Status));
                json.WriteString("detail", check.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        },
        indented: true);
}
