using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Faults;

/// <summary>A model folder that changes while it is loaded or served.</summary>
public sealed class ModelFolderTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Question = "What is 17 + 25?";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(1500);

    private readonly Sandbox _sandbox = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd-model-").FullName;
    private Supervisor _supervisor = null!;

    private string Weights => Path.Combine(_folder, "model.safetensors");

    public ValueTask InitializeAsync()
    {
        foreach (var file in Directory.GetFiles(Repository.Boulder))
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
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task CheckpointTruncatedWhileItLoads_IsATypedErrorOrAGoodLoad()
    {
        var chance = new Chance(output);
        var whole = await File.ReadAllBytesAsync(Path.Combine(Repository.Boulder, "model.safetensors"));
        var outcomes = new List<string>();
        for (var round = Soak.Pick(4, 200); round > 0; round--)
        {
            await File.WriteAllBytesAsync(Weights, whole);
            var creating = Pipeline.CreateAsync(_folder, new EngineConfig { Supervision = new() { MaxRestarts = 0 } }, _supervisor);
            await chance.PauseAsync(LongestLoad);
            using (var file = new FileStream(Weights, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(chance.Below((long)whole.Length));
            }

            outcomes.Add(await OutcomeAsync(creating));
            _sandbox.Workers.ShouldBeEmpty();
        }

        output.WriteLine(string.Join(", ", outcomes.CountBy(outcome => outcome)));
        outcomes.ShouldBeSubsetOf(["answered", "invalid_checkpoint"]);
        _sandbox.Supervisors.Count.ShouldBe(1);
    }

    [Fact]
    public async Task FolderDeletedWhileItIsServed_FailsThePipelineOnceItsWorkerDies()
    {
        await using var pipe = await Pipeline.CreateAsync(_folder, supervisor: _supervisor);
        Directory.Delete(_folder, recursive: true);
        (await pipe.InferAsync(Question).WaitAsync(Deadline)).Text.ShouldBe("42", "it is in memory");

        Signals.Kill(pipe.WorkerPid);

        var error = await Should.ThrowAsync<LmDeployException>(pipe.InferAsync(Question).WaitAsync(Deadline));
        error.Code.ShouldBe("model_not_found");
        error.Message.ShouldContain("The crashed worker could not be replaced");
        error.Message.ShouldContain("SIGKILL", Case.Sensitive, "and why the one before it died");
        (await pipe.CloseAsync().WaitAsync(Deadline)).Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
    }

    private static async Task<string> OutcomeAsync(Task<Pipeline> creating)
    {
        try
        {
            await using var pipe = await creating.WaitAsync(Deadline);
            var answer = await pipe.InferAsync(Question).WaitAsync(Deadline);
            return answer.Text == "42" ? "answered" : $"answered '{answer.Text}'";
        }
        catch (LmDeployException e)
        {
            return e.Failure is { } failure ? $"{e.Code} by {failure.Signal ?? "exit"}" : e.Code;
        }
    }
}
