using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.Tests.Hubs;

namespace LmDeploy.EndToEnd.Tests.CommandLine;

/// <summary>Models by name, from a hub of the test's, in a home that has nothing.</summary>
public sealed class HubTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const string Name = "org/pebble";
    private const string Prompt = "What is the capital of France?";

    private readonly Sandbox _sandbox = new();
    private readonly string _home = Directory.CreateTempSubdirectory("lmd-home-").FullName;

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Run_Downloads_Verifies_Answers_AndNeedsNoHubTheSecondTime()
    {
        await using var hub = await StartAsync();
        var commit = hub.Add(Name, TestHub.FilesOf(Repository.Pebble));
        var expected = await Command.RunAsync(_sandbox, "run", Repository.Pebble, Prompt);

        var first = await Command.RunAsync(_sandbox, "run", Name, Prompt);

        first.ShouldSatisfyAllConditions(result => result.ExitCode.ShouldBe(0, result.Errors), result => result.Output.ShouldBe(expected.Output));
        first.Errors.ShouldContain($"{Name}: downloaded");
        var requests = hub.Requests.Count;
        (await Command.RunAsync(_sandbox, "run", Name, Prompt)).ShouldSatisfyAllConditions(
            result => result.Output.ShouldBe(expected.Output), result => result.Errors.ShouldNotContain("downloaded"));
        hub.Requests.Count.ShouldBe(requests, "the second run downloads nothing");

        (await Command.RunAsync(_sandbox, "list")).Output.ShouldContain(Name);
        (await Command.RunAsync(_sandbox, "pull", Name)).Output.ShouldContain(Path.Join("models--org--pebble", "snapshots", commit));
        (await Command.RunAsync(_sandbox, "rm", Name)).Output.ShouldContain($"{Name}: ");
        (await Command.RunAsync(_sandbox, "list")).Output.ShouldContain("No models are here.");
    }

    [Fact]
    public async Task KilledAtTenMoments_ItGoesOn_AndEndsWithTheSameBytes()
    {
        var chance = new Chance(output);
        await using var hub = await StartAsync();
        var files = TestHub.FilesOf(Repository.Pebble);
        files["model.safetensors"] = [.. files["model.safetensors"], .. new byte[24 << 20]];
        hub.Add(Name, files);
        for (var kills = 0; kills < 10; kills++)
        {
            var end = hub.Bytes + 1 + chance.Below(2L << 20);
            var isReached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var mayGoOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            hub.OnBytes = async (_, bytes) =>
            {
                if (bytes >= end)
                {
                    isReached.TrySetResult();
                    await mayGoOn.Task;
                }
            };
            using var pull = Command.Start(_sandbox, "pull", Name);
            await Task.WhenAny(isReached.Task, pull.WaitForExitAsync()).WaitAsync(TimeSpan.FromMinutes(1));
            isReached.Task.IsCompleted.ShouldBeTrue(pull.HasExited ? await pull.StandardError.ReadToEndAsync() : "no bytes came");
            pull.Kill();
            await pull.WaitForExitAsync();
            mayGoOn.SetResult();
            (await Command.RunAsync(_sandbox, "list")).Output.ShouldContain("No models are here.");
        }

        hub.OnBytes = (_, _) => Task.CompletedTask;
        var folder = (await Command.RunAsync(_sandbox, "pull", Name)).Output.Trim();

        (await File.ReadAllBytesAsync(Path.Join(folder, "model.safetensors"))).ShouldBe(files["model.safetensors"]);
    }

    [Fact]
    public async Task NamesThatAreNotThere_SaySo()
    {
        await using var hub = await StartAsync();

        var missing = await Command.RunAsync(_sandbox, "run", "org/nothing", Prompt);

        missing.ExitCode.ShouldBe(3);
        missing.Errors.ShouldContain("model_not_found: There is no folder 'org/nothing', and as the name of a model: 127.0.0.1 has no model 'org/nothing'");
        (await Command.RunAsync(_sandbox, "run", "org/nothing:../x", Prompt)).Errors.ShouldContain("'../x' is no folder of a repository");
        _sandbox.Supervisors.ShouldBeEmpty("no supervisor is started for what is not there");
    }

    private async Task<TestHub> StartAsync()
    {
        var hub = await TestHub.StartAsync();
        _sandbox.Variables["HOME"] = _home;
        _sandbox.Variables["HF_ENDPOINT"] = hub.Address.ToString();
        foreach (var name in new[] { "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN", "LMDEPLOY_MODELS", "XDG_CACHE_HOME" })
        {
            _sandbox.Variables[name] = "";
        }

        return hub;
    }
}
