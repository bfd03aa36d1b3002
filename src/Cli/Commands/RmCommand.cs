using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy rm</c>: removes models from the cache.</summary>
internal static class RmCommand
{
    public static Command Create(CliHost host)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "A name as lmdeploy list shows it; with @revision only that version of it.", Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("rm", "Remove models from the Hugging Face cache. Starts no supervisor.") { models };
        command.SetAction(result =>
        {
            foreach (var model in result.GetRequiredValue(models))
            {
                var bytes = Model.Remove(model);
                host.Terminal.Out.WriteLine($"{Terminal.Printable(model)}: {Units.Bytes(bytes)} are free again");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
