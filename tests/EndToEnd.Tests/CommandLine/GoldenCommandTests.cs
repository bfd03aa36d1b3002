using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

/// <summary>`run` and `tokenize` against transformers, through every process.</summary>
public sealed class GoldenCommandTests : IDisposable
{
    private const double Tolerance = 2e-3;
    private const int LongestGoldenPrompt = 200;

    private readonly string _folder = Directory.CreateTempSubdirectory("lmd-golden-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    [InlineData("gemma3")]
    [InlineData("gpt_oss")]
    [InlineData("deepseek_v3")]
    public async Task Run_GivesTheGoldenTokensAndLogprobs(string name)
    {
        await using var sandbox = new Sandbox();
        var golden = Golden(name)
            .GetProperty("prompts")
            .EnumerateArray()
            .Where(prompt => prompt.GetProperty("text").ValueKind == JsonValueKind.String)
            .ToList();
        var lines = await RunAsync(
            sandbox,
            "run",
            golden.Select((prompt, i) => Input($"p{i}", prompt)),
            file => [
                "run", Repository.Golden(name), "--prompts", file, "--raw", "--greedy", "--logprobs", "5", "--prompt-logprobs", "--max-new-tokens",
                "32", "--json", "-",
            ]);
        for (var i = 0; i < golden.Count; i++)
        {
            Integers(lines[i], "prompt_token_ids").ShouldBe(Integers(golden[i], "input_ids"));
            Numbers(lines[i], "prompt_logprobs").Zip(Numbers(golden[i], "prompt_logprobs")).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < Tolerance);
            var margins = Numbers(golden[i], "greedy_margins").ToList();
            var decided = margins.FindIndex(margin => margin < Tolerance) is var first and >= 0 ? first : margins.Count;
            Integers(lines[i], "token_ids").Take(decided).ShouldBe(Integers(golden[i], "greedy_ids").Take(decided));
            var logprobs = lines[i].GetProperty("logprobs").EnumerateArray().ToList();
            for (var j = 0; j < decided; j++)
            {
                logprobs[j].GetProperty($"{golden[i].GetProperty("greedy_ids")[j].GetInt32()}").GetDouble()
                    .ShouldBe(golden[i].GetProperty("greedy_logprobs")[j].GetDouble(), Tolerance);
            }

            if (decided == margins.Count)
            {
                lines[i].GetProperty("text").GetString().ShouldBe(golden[i].GetProperty("greedy_text").GetString());
            }
        }
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    public async Task Tokenize_GivesTheGoldenIdsAndTexts(string name)
    {
        await using var sandbox = new Sandbox();
        var golden = Golden(name);
        var texts = golden.GetProperty("tokenize").EnumerateArray().ToList();
        var chats = golden.GetProperty("chat").EnumerateArray().ToList();
        var input = texts.Select((item, i) => (object)new { id = $"t{i}", text = item.GetProperty("text").GetString() })
            .Concat(texts.Select((item, i) => (object)new { id = $"d{i}", ids = Integers(item, "ids") }))
            .Concat(chats.Select((item, i) => (object)new
            {
                id = $"c{i}",
                messages = item.GetProperty("messages"),
                add_generation_prompt = item.GetProperty("add_generation_prompt").GetBoolean(),
            }));
        var lines = await RunAsync(sandbox, "tokenize", input, file => ["tokenize", Repository.Golden(name), "--input", file, "--json", "-"]);
        for (var i = 0; i < texts.Count; i++)
        {
            Integers(lines[i], "ids").ShouldBe(Integers(texts[i], "ids"));
            lines[texts.Count + i].GetProperty("text").GetString().ShouldBe(texts[i].GetProperty("decoded").GetString());
        }

        for (var i = 0; i < chats.Count; i++)
        {
            var line = lines[(2 * texts.Count) + i];
            line.GetProperty("rendered").GetString().ShouldBe(chats[i].GetProperty("rendered").GetString());
            Integers(line, "ids").ShouldBe(Integers(chats[i], "ids"));
        }
    }

    /// <summary>The golden file cuts long prompts: their ids no longer stand for the whole text.</summary>
    private static object Input(string id, JsonElement prompt) => prompt.GetProperty("input_ids").GetArrayLength() < LongestGoldenPrompt
        ? new { id, prompt = prompt.GetProperty("text").GetString() }
        : new { id, input_ids = Integers(prompt, "input_ids") };

    private static JsonElement Golden(string name) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(Path.Combine(Repository.Golden(name), "golden.json")));

    private static IEnumerable<int> Integers(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(item => item.GetInt32());

    private static IEnumerable<double> Numbers(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(item => item.GetDouble());

    private async Task<List<JsonElement>> RunAsync(Sandbox sandbox, string what, IEnumerable<object> input, Func<string, string[]> arguments)
    {
        var file = Path.Combine(_folder, $"{what}.jsonl");
        await File.WriteAllLinesAsync(file, input.Select(line => JsonSerializer.Serialize(line)));
        var result = await Command.RunAsync(sandbox, arguments(file));
        result.ExitCode.ShouldBe(0, result.Errors);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
