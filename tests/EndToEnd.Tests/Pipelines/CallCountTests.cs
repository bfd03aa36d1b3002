using LmDeploy.EndToEnd.Tests.Processes;
using Microsoft.Extensions.AI;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>What a chat through <see cref="IChatClient"/> costs in calls to the worker.</summary>
public sealed class CallCountTests
{
    private const string Call = "call: ";

    [Fact]
    public async Task Chat_IsOneGenerateCall()
    {
        await using var sandbox = new Sandbox();
        using var fakes = Installation.WithFakes("log-calls");
        await using var supervisor = sandbox.StartSupervisor(fakes);
        await using var pipe = await Pipeline.CreateAsync(Repository.Pebble, new EngineConfig { Device = EngineDevice.Cpu }, supervisor: supervisor);
        IChatClient chat = pipe.AsIChatClient();
        AITool tool = AIFunctionFactory.Create((int a) => a, "add");

        await chat.GetResponseAsync("a b");
        await chat.GetResponseAsync("a b", new ChatOptions { Tools = [tool] });
        _ = await chat.GetStreamingResponseAsync("a b").ToListAsync();
        await pipe.GetEmbeddingsAsync(["nothing comes after the answers"]);

        var calls = new List<string>();
        await foreach (var line in supervisor.ReadLogsAsync((await supervisor.ListPipelinesAsync()).Single().Id, follow: true))
        {
            if (line.Text.StartsWith(Call, StringComparison.Ordinal))
            {
                calls.Add(line.Text[Call.Length..]);
            }

            if (calls is [.., "Embed"])
            {
                break;
            }
        }

        calls.SkipWhile(call => call != "Load").ShouldBe(["Load", "Generate", "Generate", "Generate", "Embed"]);
    }
}
