using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;
using LmDeploy.Words;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy ps</c>: lists what runs.</summary>
internal static class PsCommand
{
    private static readonly string[] _columns =
    [
        "ID", "NAME", "STATE", "DEVICE", "WEIGHTS", "READ IN", "MEMORY", "PROMISED", "REQUESTS", "UPTIME", "WORKER", "HOLDER", "MODEL",
    ];

    public static Command Create(CliHost host)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("ps", "List the pipelines that run. Starts no supervisor.") { json };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var supervisor = await host.FindSupervisorAsync(cancellationToken);
            var pipelines = supervisor is null ? [] : await supervisor.ListPipelinesAsync(cancellationToken);
            if (result.GetValue(json))
            {
                host.Terminal.Out.WriteLine(ToJson(pipelines));
            }
            else if (pipelines.Count == 0)
            {
                host.Terminal.Out.WriteLine("Nothing runs.");
            }
            else
            {
                Listing.WriteToFit(host.Terminal, _columns, [.. pipelines.Select(ToRow)]);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static string[] ToRow(PipelineInfo pipeline) =>
    [
        pipeline.Id, pipeline.Name, EnumWords.Of(pipeline.State), pipeline.Device, pipeline.Weights,
        pipeline.WeightTime > TimeSpan.Zero ? Units.Reading(pipeline.WeightTime, pipeline.ReadBytesPerSecond) : "",
        $"{Units.Bytes(pipeline.HeldBytes)} {EnumWords.Of(pipeline.Memory)}",
        Units.Bytes(pipeline.PromisedBytes),
        Units.Format($"{pipeline.RunningRequests}"), Units.Duration(pipeline.Uptime), Units.Format($"{pipeline.WorkerPid}"),
        Units.Format($"{pipeline.HolderPid}"), pipeline.Model,
    ];

    private static string ToJson(IReadOnlyList<PipelineInfo> pipelines) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("pipelines");
            foreach (var pipeline in pipelines)
            {
                json.WriteStartObject();
                json.WriteString("id", pipeline.Id);
                json.WriteString("name", pipeline.Name);
                json.WriteString("model", pipeline.Model);
                json.WriteString("state", EnumWords.Of(pipeline.State));
                json.WriteString("device", pipeline.Device);
                json.WriteString("weights", pipeline.Weights);
                json.WriteNumber("read_bytes", pipeline.ReadBytes);
                json.WriteNumber("weight_seconds", pipeline.WeightTime.TotalSeconds);
                json.WriteNumber("held_bytes", pipeline.HeldBytes);
                json.WriteString("memory", EnumWords.Of(pipeline.Memory));
                json.WriteNumber("promised_bytes", pipeline.PromisedBytes);
                json.WriteBoolean("named", pipeline.IsNamed);
                json.WriteBoolean("pinned", pipeline.IsPinned);
                json.WriteNumber("ttl_seconds", pipeline.Ttl.TotalSeconds);
                json.WriteNumber("idle_seconds", pipeline.IdleTime.TotalSeconds);
                json.WriteNumber("running_requests", pipeline.RunningRequests);
                json.WriteNumber("waiting_requests", pipeline.WaitingRequests);
                json.WriteNumber("generated_tokens", pipeline.GeneratedTokens);
                json.WriteNumber("uptime_seconds", pipeline.Uptime.TotalSeconds);
                json.WriteNumber("worker_pid", pipeline.WorkerPid);
                json.WriteNumber("holder_pid", pipeline.HolderPid);
                json.WriteNumber("restarts", pipeline.Restarts);
                json.WriteStartArray("failures");
                foreach (var failure in pipeline.Failures)
                {
                    FailureJson.Write(json, failure);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        },
        indented: true);
}
