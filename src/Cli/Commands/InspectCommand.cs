using System.CommandLine;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy inspect</c>: says what a model folder is, without loading it.</summary>
internal sealed class InspectCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var inspect = new InspectCommand(host);
        var command = new Command("inspect", "Describe a model and its memory needs without loading it. Exit code 3 when it cannot be served.")
        {
            inspect._model, inspect._json,
        };
        inspect._engine.AddTo(command);
        command.SetAction(inspect.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var model = result.GetRequiredValue(_model);
        if (model.Length == 0)
        {
            throw new UsageException("MODEL is empty; expected the path of a model folder.");
        }

        var inspection = await host.Supervisor.InspectAsync(model, _engine.Read(result), cancellationToken);
        if (result.GetValue(_json))
        {
            host.Terminal.Out.WriteLine(InspectionJson.Write(inspection));
        }
        else
        {
            InspectionListing.Write(host.Terminal, inspection);
        }

        foreach (var problem in inspection.Problems)
        {
            host.Terminal.WriteError(problem.Code, problem.Message);
        }

        return inspection.CanBeServed ? ExitCodes.Done : ExitCodes.NotLoaded;
    }
}
