using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy pull</c>: downloads models, or brings them up to date.</summary>
internal static class PullCommand
{
    public static Command Create(CliHost host)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "A name of the hub, org/name[@revision][:subfolder], for example Qwen/Qwen3-0.6B.", Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("pull", "Download models, or bring them up to date. Starts no supervisor.") { models };
        command.SetAction(async (result, cancellationToken) =>
        {
            foreach (var model in result.GetRequiredValue(models))
            {
                var line = new DownloadLine(host.Terminal, model);
                try
                {
                    var folder = await Model.DownloadAsync(model, progress: line, cancellationToken: cancellationToken);
                    line.End();
                    await host.Terminal.Out.WriteLineAsync(folder);
                }
                finally
                {
                    line.End();
                }
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
