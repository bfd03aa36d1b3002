using System.CommandLine;
using System.Globalization;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;
using LmDeploy.Words;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy logs</c>: shows what a worker printed.</summary>
internal static class LogsCommand
{
    public static Command Create(CliHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The id or name of a pipeline, as ps lists it." };
        var lines = new Option<int?>("--lines", "-n") { Description = "Show only the last N lines. Default: all lines that are kept." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Follow: show new lines as they come." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line." };
        var command = new Command("logs", "Show the log of a pipeline's worker. Starts no supervisor.") { name, lines, follow, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var pipeline = result.GetRequiredValue(name);
            if (result.GetValue(lines) < 0)
            {
                throw new UsageException("--lines must be 0 or more.");
            }

            await using var supervisor = await host.FindSupervisorAsync(cancellationToken) ?? throw StopCommand.NotFound(pipeline);
            await foreach (var line in supervisor.ReadLogsAsync(pipeline, result.GetValue(lines), result.GetValue(follow), cancellationToken))
            {
                host.Terminal.Out.WriteLine(result.GetValue(json) ? ToJson(line) : line.Text);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static string ToJson(LogLine line) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("time", line.Time.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("source", EnumWords.Of(line.Source));
        json.WriteString("text", line.Text);
        json.WriteEndObject();
    });
}
