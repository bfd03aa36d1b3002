using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

/// <summary>The supervisor that commands share: started when needed, once, and gone when idle.</summary>
public sealed class SharedSupervisorTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ManyCommandsAtOnce_StartOneSupervisor()
    {
        await using var sandbox = new Sandbox();
        var running = Enumerable.Range(0, 4).Select(_ => Command.RunAsync(sandbox, "run", Repository.Pebble, "What does a cow say?", "--json", "-")).ToList();
        foreach (var result in await Task.WhenAll(running))
        {
            result.ExitCode.ShouldBe(0, result.Errors);
        }

        sandbox.Supervisors.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Supervisor_LeavesWhenIdle()
    {
        await using var sandbox = new Sandbox();
        (await Command.RunAsync(sandbox, "run", Repository.Pebble, "What does a cow say?")).ExitCode.ShouldBe(0);
        sandbox.Supervisors.Count.ShouldBe(1);
        await Eventually.BeAsync(() => sandbox.Supervisors.Count, count => count == 0, "the idle supervisor to leave", Deadline);
        sandbox.Leftovers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Listings_StartNoSupervisor()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "ps", "--json");
        result.ExitCode.ShouldBe(0);
        JsonSerializer.Deserialize<JsonElement>(result.Output).ValueKind.ShouldBeOneOf(JsonValueKind.Array, JsonValueKind.Object);
        sandbox.Processes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Ps_ShowsARunningPipeline_AndStopEndsIt()
    {
        await using var sandbox = new Sandbox();
        using var client = Command.Start(
            sandbox, "run", Repository.Boulder, "Tell me a story about a fox.", "--session-len", "65536", "--allow-long-session-len",
            "--max-new-tokens", "60000", "--ignore-eos");
        await client.StandardOutput.ReadAsync(new char[1]).AsTask().WaitAsync(Deadline);
        (await Command.RunAsync(sandbox, "ps")).Output.ShouldContain("boulder");
        ProcessTable.Name(sandbox.Workers.Single()).ShouldBe("lmdeploy-worker");
        var stopped = await Command.RunAsync(sandbox, "stop", "boulder");
        stopped.ExitCode.ShouldBe(0, stopped.Errors);
        await client.WaitForExitAsync().WaitAsync(Deadline);
        client.ExitCode.ShouldBe(1);
        sandbox.Workers.ShouldBeEmpty();
    }

    [Fact]
    public async Task CheckEnv_FindsAUsableLibTorch()
    {
        await using var sandbox = new Sandbox();
        var result = await Command.RunAsync(sandbox, "check-env");
        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
        result.Output.ShouldContain("self-test passed");
        result.Output.ShouldContain("awq (4 bits, version gemm): dequantized");
    }

    [Fact]
    public async Task BadPromptLine_IsNamed_AndTheGoodOnesRun()
    {
        await using var sandbox = new Sandbox();
        var file = Path.Combine(sandbox.Folder, "prompts.jsonl");
        await File.WriteAllTextAsync(file, """
            {"id": "a", "prompt": "What is 17 + 25?"}
            {"id": "b", "prompt":
            {"id": "c", "prompt": "What is 17 + 25?"}
            """);
        var result = await Command.RunAsync(sandbox, "run", Repository.Boulder, "--prompts", file, "--json", "-");
        File.Delete(file);
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain($"{file}:2");
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        lines.Count.ShouldBe(3);
        lines[0].GetProperty("text").GetString().ShouldBe("42");
        lines[1].GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Object);
        lines[2].GetProperty("text").GetString().ShouldBe("42");
    }

    [Fact]
    public async Task BadUsage_EndsWithTwo()
    {
        await using var sandbox = new Sandbox();
        (await Command.RunAsync(sandbox, "run")).ExitCode.ShouldBe(2);
        (await Command.RunAsync(sandbox, "run", Repository.Pebble, "hello", "--top-p", "7")).ExitCode.ShouldBe(2);
        (await Command.RunAsync(sandbox, "dance")).ExitCode.ShouldBe(2);
    }
}
