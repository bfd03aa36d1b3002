using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.Tests.Folders;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

public sealed class CompareTests
{
    private const double PerplexityTolerance = 0.002;

    [Fact]
    public async Task Compare_FindsWhatTransformersFound()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(
            sandbox, "compare", Repository.Pebble, Repository.Cobble, Repository.Boulder, "--eval", Repository.Evaluation, "--json", "-");
        result.ExitCode.ShouldBe(0, result.Errors);
        result.Output.ShouldNotContain("\u001b", Case.Sensitive, "no colours when redirected");
        using var json = JsonDocument.Parse(result.Output);
        var models = json.RootElement.GetProperty("models").EnumerateArray().ToList();
        models.Select(model => model.GetProperty("correct").GetInt32()).ShouldBe([187, 298, 300]);
        models.Select(model => model.GetProperty("questions").GetInt32()).ShouldBe([300, 300, 300]);
        models.Select(model => model.GetProperty("architecture").GetString()).ShouldBe(["LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM"]);
        models.Select(model => model.GetProperty("parameters").GetInt64()).ShouldBe([147_776, 919_680, 2_779_968]);
        double[] perplexities = [2.1754, 1.0143, 1.0012];
        for (var i = 0; i < models.Count; i++)
        {
            models[i].GetProperty("answer_perplexity").GetDouble().ShouldBe(perplexities[i], PerplexityTolerance);
            var receipt = models[i].GetProperty("receipt");
            receipt.GetProperty("verdict").GetString().ShouldBe("Reclaimed");
            receipt.GetProperty("residual_bytes").GetInt64().ShouldBe(0);
            receipt.GetProperty("reclaimed_bytes").GetInt64().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task Compare_RefusesModelsThatCannotBeServed_BeforeItLoadsOne()
    {
        await using var sandbox = new Sandbox();
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"architectures":["NoSuchModel"],"model_type":"no-such"}""");
        var unknown = folder.Path;
        var result = await Command.RunAsync(
            sandbox, "compare", Repository.Pebble, "/there/is/no/model", unknown, "--judge", "/there/is/no/judge", "--eval", Repository.Evaluation);
        result.ExitCode.ShouldBe(3);
        result.Errors.ShouldContain("error: model_not_found: /there/is/no/model: ");
        result.Errors.ShouldContain($"error: unsupported_architecture: {unknown}: ");
        result.Errors.ShouldContain("error: model_not_found: the judge /there/is/no/judge: ");
        result.Errors.ShouldNotContain("loading");
        result.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("pebble")]
    [InlineData("cobble")]
    [InlineData("boulder")]
    public async Task EveryGreedyAnswer_IsTransformersAnswer(string model)
    {
        await using var sandbox = new Sandbox();
        var folder = Path.Combine(Repository.Root, "models", model);
        var result = await Command.RunAsync(sandbox, "run", folder, "--prompts", Repository.Evaluation, "--greedy", "--max-new-tokens", "24", "--json", "-");
        result.ExitCode.ShouldBe(0, result.Errors);
        var answers = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .ToDictionary(line => line.GetProperty("id").GetString()!, line => line.GetProperty("text").GetString()!);
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(folder, "answers.json")))!;
        expected.Count.ShouldBe(300);
        expected.Where(pair => answers[pair.Key] != pair.Value).Select(pair => $"{pair.Key}: {answers[pair.Key]} for {pair.Value}").ShouldBeEmpty();
    }
}
