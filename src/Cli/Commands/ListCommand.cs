using System.CommandLine;
using System.Globalization;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;
using LmDeploy.Hub;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy list</c>: the models on this machine.</summary>
internal static class ListCommand
{
    private static readonly string[] _columns = ["NAME", "REVISION", "SIZE", "MODIFIED", "FOLDER"];

    public static Command Create(CliHost host)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "list", "List the models on this machine: those of LMDEPLOY_MODELS and of the Hugging Face cache. Starts no supervisor.") { json };
        command.SetAction(result =>
        {
            var models = Model.List();
            if (result.GetValue(json))
            {
                host.Terminal.Out.WriteLine(ToJson(models));
            }
            else if (models.Count == 0)
            {
                host.Terminal.Out.WriteLine("No models are here. lmdeploy pull Qwen/Qwen3-0.6B downloads one.");
            }
            else
            {
                Listing.WriteToFit(host.Terminal, _columns, [.. models.Select(ToRow)]);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static string[] ToRow(LocalModel model) =>
    [
        model.Name,
        model.Revisions.Count > 0 ? string.Join(", ", model.Revisions) : model.Commit?[..8] ?? "",
        Units.Bytes(model.Bytes) + (model.IsComplete ? "" : ", not whole"),
        model.ModifiedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        model.Folder,
    ];

    private static string ToJson(IReadOnlyList<LocalModel> models) => JsonText.Write(
        json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in models)
            {
                json.WriteStartObject();
                json.WriteString("name", model.Name);
                json.WriteStartArray("revisions");
                model.Revisions.ToList().ForEach(json.WriteStringValue);
                json.WriteEndArray();
                json.WriteString("commit", model.Commit);
                json.WriteString("folder", model.Folder);
                json.WriteNumber("bytes", model.Bytes);
                json.WriteString("modified_at", model.ModifiedAt);
                json.WriteBoolean("complete", model.IsComplete);
                json.WriteBoolean("cached", model.IsCached);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        },
        indented: true);
}
