using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>The sample model that thinks, calls functions and writes JSON, against what transformers answers.</summary>
public sealed class CairnTests
{
    [Fact]
    public async Task Answers_AreThoseOfTransformers()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        await using var pipe = await Pipeline.CreateAsync(Repository.Cairn, new EngineConfig { Dtype = EngineDtype.Float32 }, supervisor);
        var cases = File.ReadLines(Path.Join(Repository.Cairn, "cases.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();

        var answers = await pipe.InferAsync([.. cases.Select(PromptOf)], new GenerationConfig { MaxNewTokens = 160 });

        for (var i = 0; i < cases.Count; i++)
        {
            answers[i].Text.ShouldBe(cases[i].GetProperty("answer").GetString(), cases[i].GetProperty("id").GetString());
        }
    }

    private static Prompt PromptOf(JsonElement entry) => Prompt.FromMessagesJson(entry.GetProperty("messages").GetRawText()) with
    {
        Tools = entry.GetProperty("tools") is { ValueKind: JsonValueKind.Array } tools ? tools.GetRawText() : null,
        TemplateArguments = $$"""{"enable_thinking": {{entry.GetProperty("thinking").GetRawText()}}}""",
    };
}
