using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>Folders that cannot be served fail with the same typed error through C# and the command, and leave no worker.</summary>
public sealed class BadModelTests : IAsyncLifetime
{
    private readonly Sandbox _sandbox = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd-model-").FullName;
    private Supervisor _supervisor = null!;

    public static TheoryData<string, string, string> Damages => new()
    {
        { "no config", "invalid_config", "config.json" },
        { "architecture", "unsupported_architecture", "FooForCausalLM" },
        { "truncated", "invalid_checkpoint", "model.safetensors" },
        { "tokenizer", "invalid_tokenizer", "tokenizer.json" },
        { "template", "invalid_template", "chat_template" },
        { "missing folder", "model_not_found", "nowhere" },
    };

    public ValueTask InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(Repository.Golden("llama3")))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        _supervisor = _sandbox.StartSupervisor();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Create_ThrowsTheTypedError_AndTheSupervisorStaysUp(string damage, string code, string named)
    {
        var model = Damage(damage);
        var error = await Should.ThrowAsync<ModelLoadException>(Pipeline.CreateAsync(model, supervisor: _supervisor));
        error.Code.ShouldBe(code);
        error.Message.ShouldContain(named);
        _sandbox.Workers.ShouldBeEmpty();

        await using var good = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
        (await good.InferAsync("What is 17 + 25?")).Text.ShouldBe("42");
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Run_EndsWithThree_AndNamesTheError(string damage, string code, string named)
    {
        var result = await Command.RunAsync(_sandbox, "run", Damage(damage), "hello");
        result.ExitCode.ShouldBe(3);
        result.Errors.ShouldContain(code);
        result.Errors.ShouldContain(named);
        result.Errors.ShouldNotContain("   at ", Case.Sensitive, "no stack traces");
        _sandbox.Workers.ShouldBeEmpty();
    }

    [Fact]
    public async Task LoopingTemplate_FailsThePrompt_NotThePipeline()
    {
        File.WriteAllText(Path.Combine(_folder, "chat_template.jinja"), "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}");
        await using var pipe = await Pipeline.CreateAsync(_folder, supervisor: _supervisor);
        var answers = pipe.Infer([Prompt.FromText("hello"), Prompt.FromTokenIds([1, 2, 3])], new GenerationConfig { MaxNewTokens = 2 });
        answers[0].FinishReason.ShouldBe(FinishReason.Error);
        answers[0].ErrorCode.ShouldBe("preprocess_failed");
        answers[1].FinishReason.ShouldBe(FinishReason.Length);
    }

    private string Damage(string damage)
    {
        switch (damage)
        {
            case "no config":
                File.Delete(PathOf("config.json"));
                break;
            case "architecture":
                File.WriteAllText(
                    PathOf("config.json"), File.ReadAllText(PathOf("config.json")).Replace("LlamaForCausalLM", "FooForCausalLM", StringComparison.Ordinal));
                break;
            case "truncated":
                File.WriteAllBytes(PathOf("model.safetensors"), File.ReadAllBytes(PathOf("model.safetensors"))[..^100]);
                break;
            case "tokenizer":
                File.WriteAllText(PathOf("tokenizer.json"), "{\"model\": 7}");
                break;
            case "template":
                File.WriteAllText(PathOf("chat_template.jinja"), "{% for %}");
                break;
            case "missing folder":
                return Path.Combine(_folder, "nowhere");
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, null);
        }

        return _folder;
    }

    private string PathOf(string file) => Path.Combine(_folder, file);
}
