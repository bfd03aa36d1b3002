using System.CommandLine;
using System.Text.Json;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy gpu</c>: lists the GPUs and who uses them.</summary>
internal static class GpuCommand
{
    private static readonly string[] _columns = ["GPU", "NAME", "USED", "PROMISED", "QUARANTINED", "TOTAL", "BUSY", "DRIVER", "PROCESSES"];

    public static Command Create(CliHost host)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("gpu", "List the GPUs and their processes, as a running supervisor sees them. Starts no supervisor.") { json };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var supervisor = await host.FindSupervisorAsync(cancellationToken);
            var listing = supervisor is null
                ? new GpuListing { Gpus = [], UnavailableReason = "no supervisor runs" }
                : await supervisor.ListGpusAsync(cancellationToken);
            if (result.GetValue(json))
            {
                host.Terminal.Out.WriteLine(ToJson(listing));
                return ExitCodes.Done;
            }

            Listing.Write(host.Terminal, _columns, listing.Gpus.Select(ToRow));
            if (listing.UnavailableReason.Length > 0)
            {
                host.Terminal.Error.WriteLine(listing.UnavailableReason);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static string[] ToRow(GpuInfo gpu) =>
    [
        Units.Format($"{gpu.Index}"), gpu.Name, Units.Bytes(gpu.UsedBytes), Units.Bytes(gpu.PromisedBytes), Units.Bytes(gpu.QuarantinedBytes),
        Units.Bytes(gpu.TotalBytes), Units.Format($"{gpu.UtilizationPercent} %"), gpu.DriverVersion,
        string.Join(
            ", ", gpu.Processes.Select(p => Units.Format($"{(p.Pipeline.Length > 0 ? p.Pipeline : "other")} (pid {p.Pid}, {Units.Bytes(p.UsedBytes)})"))),
    ];

    private static string ToJson(GpuListing listing) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("gpus");
            foreach (var gpu in listing.Gpus)
            {
                WriteGpu(json, gpu);
            }

            json.WriteEndArray();
            json.WriteString("unavailable", listing.UnavailableReason);
            json.WriteEndObject();
        },
        indented: true);

    private static void WriteGpu(Utf8JsonWriter json, GpuInfo gpu)
    {
        json.WriteStartObject();
        json.WriteNumber("index", gpu.Index);
        json.WriteString("uuid", gpu.Uuid);
        json.WriteString("name", gpu.Name);
        json.WriteNumber("total_bytes", gpu.TotalBytes);
        json.WriteNumber("used_bytes", gpu.UsedBytes);
        json.WriteNumber("reserved_bytes", gpu.ReservedBytes);
        json.WriteNumber("promised_bytes", gpu.PromisedBytes);
        json.WriteNumber("quarantined_bytes", gpu.QuarantinedBytes);
        json.WriteNumber("utilization_percent", gpu.UtilizationPercent);
        json.WriteString("driver_version", gpu.DriverVersion);
        json.WriteStartArray("processes");
        foreach (var process in gpu.Processes)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", process.Pid);
            json.WriteNumber("used_bytes", process.UsedBytes);
            json.WriteString("pipeline", process.Pipeline);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
