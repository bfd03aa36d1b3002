using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy stop</c>: ends pipelines, whoever holds them.</summary>
internal static class StopCommand
{
    public static Command Create(CliHost host)
    {
        var name = new Argument<string?>("NAME") { Description = "The id or name of a pipeline, as ps lists it.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Stop every pipeline." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("stop", "Stop a pipeline, also one of another process. Starts no supervisor.") { name, all, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var pipeline = result.GetValue(name);
            if ((pipeline is null) != result.GetValue(all))
            {
                throw new UsageException("stop needs either a NAME or --all.");
            }

            await using var supervisor = await host.FindSupervisorAsync(cancellationToken);
            if (supervisor is null && pipeline is not null)
            {
                throw NotFound(pipeline);
            }

            string[] ids = pipeline is not null ? [pipeline]
                : supervisor is null ? []
                : [.. (await supervisor.ListPipelinesAsync(cancellationToken)).Select(p => p.Id)];
            var stopped = new List<(string Id, ReclaimReceipt Receipt)>();
            foreach (var id in ids)
            {
                stopped.Add((id, await supervisor!.StopPipelineAsync(id, cancellationToken)));
            }

            Print(host.Terminal, stopped, result.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>What a supervisor would say if one ran.</summary>
    public static PipelineFailedException NotFound(string pipeline) => new(LmDeployErrorCodes.PipelineNotFound, $"No pipeline {pipeline} runs.", pipeline);

    private static void Print(Terminal terminal, List<(string Id, ReclaimReceipt Receipt)> stopped, bool asJson)
    {
        if (!asJson)
        {
            stopped.ForEach(s => terminal.Out.WriteLine($"{s.Id} {ReceiptJson.Describe(s.Receipt)}"));
            return;
        }

        terminal.Out.WriteLine(JsonText.Write(
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("stopped");
                foreach (var (id, receipt) in stopped)
                {
                    json.WriteStartObject();
                    json.WriteString("pipeline", id);
                    ReceiptJson.WriteAll(json, receipt);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            },
            indented: true));
    }
}
