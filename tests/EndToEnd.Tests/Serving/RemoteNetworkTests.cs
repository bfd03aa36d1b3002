using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>A client on another host, as far as one machine has that: in a network namespace of its own, behind a cable that can be pulled.</summary>
public sealed class RemoteNetworkTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(3);
    private static readonly string[] _comparison = ["compare", "pebble", "cobble", "boulder", "--limit", "200"];

    [NetworkFact]
    public async Task Comparison_SurvivesAKilledWorkerAndACutConnection_WithTheSameAnswers()
    {
        using var network = new ClientNetwork();
        await using var server = await RemoteServer.StartAsync(network.ServerAddress);
        await using var sandbox = new Sandbox { Prefix = network.Prefix };
        sandbox.Variables["LMDEPLOY_SERVER_KEY"] = "bob-key";
        var expected = await AnswersAsync(sandbox, server, _ => Task.CompletedTask);

        var answers = await AnswersAsync(sandbox, server, async root =>
        {
            PipelineInfo? running = null;
            await Eventually.BeAsync(
                () => running = root.ListPipelines().FirstOrDefault(pipeline => pipeline is { Name: "boulder", RunningRequests: > 0, GeneratedTokens: > 0 }),
                found => found is not null, "boulder to answer", Deadline);
            Signals.Kill(running!.WorkerPid);
            network.Unplug();
            await Task.Delay(Outage); // The outage itself.
            network.Plug();
            root.ListPipelines().ShouldHaveSingleItem().Restarts.ShouldBe(1);
        });

        expected.Count.ShouldBe(600);
        answers.ShouldBe(expected);
        sandbox.Supervisors.ShouldBeEmpty("the models ran on the server");
    }

    /// <returns>The answers: model, question, text and tokens, one a line.</returns>
    private static async Task<IReadOnlyList<string>> AnswersAsync(Sandbox sandbox, RemoteServer server, Func<Supervisor, Task> meanwhile)
    {
        var journal = Path.Combine(sandbox.Folder, "journal.jsonl");
        var command = Command.RunAsync(sandbox, [.. _comparison, "--eval", Repository.Evaluation, "--state", journal, .. server.Flags]);
        await using (var root = server.Connect("root-key"))
        {
            await meanwhile(root);
        }

        var result = await command;
        (result.ExitCode, result.Errors).ShouldBe((0, result.Errors));
        var entries = File.ReadLines(journal).Select(line => JsonElement.Parse(line)).ToList();
        File.Delete(journal);
        return
        [
            .. from entry in entries
               where entry.GetProperty("kind").GetString() == "answer"
               from answer in entry.GetProperty("answers").EnumerateArray()
               orderby entry.GetProperty("model").GetString(), entry.GetProperty("item").GetString()
               select $"{entry.GetProperty("model")} {entry.GetProperty("item")} {answer.GetProperty("text")} {answer.GetProperty("token_ids")}",
        ];
    }
}
