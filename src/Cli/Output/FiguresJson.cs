using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using LmDeploy.Cli.Benchmarks;

namespace LmDeploy.Cli.Output;

/// <summary>Writes what was measured, and on what: <c>{"machine", "version", "date", "command", "figures"}</c>, the last an array of objects.</summary>
internal static class FiguresJson
{
    /// <param name="path">A file, - for standard output, or null for nowhere.</param>
    /// <param name="libTorch">The version that computed; empty where it is not known.</param>
    public static async Task WriteAsync(
        string? path, Terminal terminal, Machine machine, string libTorch, DateTimeOffset date, ParseResult command,
        IEnumerable<IReadOnlyDictionary<string, double>> figures, CancellationToken cancellationToken)
    {
        if (path is not null)
        {
            await ResultFile.WriteLinesAsync(path, terminal, [Write(machine, libTorch, date, CommandText.Of(command), figures)], cancellationToken);
        }
    }

    public static string Write(
        Machine machine,
        string libTorch,
        DateTimeOffset date,
        string command,
        IEnumerable<IReadOnlyDictionary<string, double>> figures) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            WriteMachine(json, machine, libTorch);
            json.WriteString("version", typeof(FiguresJson).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
            json.WriteString("date", date.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            json.WriteString("command", command);
            json.WriteStartArray("figures");
            foreach (var row in figures)
            {
                json.WriteStartObject();
                foreach (var (name, value) in row)
                {
                    json.WriteOptional(name, value);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        },
        indented: true);

    private static void WriteMachine(Utf8JsonWriter json, Machine machine, string libTorch)
    {
        json.WriteStartObject("machine");
        json.WriteStartArray("gpus");
        foreach (var gpu in machine.Gpus)
        {
            json.WriteStringValue(gpu);
        }

        json.WriteEndArray();
        json.WriteString("driver", machine.Driver);
        json.WriteString("libtorch", libTorch.Length == 0 ? null : libTorch);
        json.WriteString("cpu", machine.Cpu);
        json.WriteNumber("cpus", machine.Cpus);
        json.WriteString("system", machine.System);
        json.WriteEndObject();
    }
}
