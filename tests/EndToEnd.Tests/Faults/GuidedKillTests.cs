using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Faults.Streams;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Answers that keep to a schema, through the death of their workers: another one finds where in the schema they were.</summary>
public sealed class GuidedKillTests
{
    private const int Items = 12;

    private const string Schema = """
        {"type": "array", "minItems": 12, "maxItems": 12, "items": {"type": "object",
          "required": ["id", "kind", "name"], "additionalProperties": false, "properties": {
          "id": {"type": "integer", "minimum": 100, "maximum": 999}, "kind": {"enum": ["cat", "dog"]},
          "name": {"type": "string", "minLength": 3, "maxLength": 9}}}}
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Kills_ChangeNothingInAnAnswerByASchema()
    {
        await using var sandbox = new Sandbox();
        await using var supervisor = sandbox.StartSupervisor();
        await using var pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: supervisor);
        var stories = await TellAsync(pipe);
        var running = RunningStory.Start(pipe, stories);
        var shortest = stories.Min(story => story.Undisturbed.GenerateTokenLen);
        var killed = new List<int>();
        foreach (var chunks in new[] { shortest / 4, shortest / 2 })
        {
            await Eventually.BeAsync(() => running.Min(story => story.Chunks), count => count >= chunks, "the answers to go on", Deadline);
            await Eventually.BeAsync(() => pipe.WorkerPid, pid => !killed.Contains(pid), "word of the replacement", Deadline);
            Signals.Kill(pipe.WorkerPid);
            killed.Add(pipe.WorkerPid);
            running.ShouldAllBe(story => !story.Ended.IsCompleted, "killed in the midst of the answers");
        }

        foreach (var (index, story) in running.Index())
        {
            var answer = await story.Ended.WaitAsync(Deadline);
            story.Story.ShouldBeToldBy(answer, $"answer {index}");
            answer.FinishReason.ShouldBe(FinishReason.Stop);
            ShouldFit(answer.Text);
        }

        pipe.Failures.Select(failure => failure.Kind).ShouldBe([WorkerFailureKind.Killed, WorkerFailureKind.Killed]);
    }

    /// <summary>One answer of the most probable tokens, one of drawn ones, and one of those with log-probabilities.</summary>
    private static async Task<IReadOnlyList<Story>> TellAsync(Pipeline pipe)
    {
        var greedy = new GenerationConfig { MaxNewTokens = 900, ResponseFormat = ResponseFormat.JsonSchema(Schema) };
        var drawn = greedy with { DoSample = true, Temperature = 1.2, RandomSeed = 5 };
        GenerationConfig[] configs = [greedy, drawn, drawn with { RandomSeed = 6, TopK = 0, Logprobs = 2 }];
        var prompts = configs.Select((_, i) => Prompt.FromText($"Tell me about {i + 3} animals.")).ToList();
        var answers = await pipe.InferAsync(prompts, configs);
        return [.. answers.Select((answer, i) => new Story(prompts[i], configs[i], answer))];
    }

    private static void ShouldFit(string text)
    {
        using var json = JsonDocument.Parse(text);
        var items = json.RootElement.EnumerateArray().ToList();
        items.Count.ShouldBe(Items);
        foreach (var item in items)
        {
            item.EnumerateObject().Select(member => member.Name).ShouldBe(["id", "kind", "name"]);
            item.GetProperty("id").GetInt32().ShouldBeInRange(100, 999);
            item.GetProperty("kind").GetString().ShouldBeOneOf("cat", "dog");
            item.GetProperty("name").GetString()!.EnumerateRunes().Count().ShouldBeInRange(3, 9);
        }
    }
}
