using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>What a model says of texts beside answering, and that a killed worker does not keep it from saying so.</summary>
public sealed class ScoringTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Sandbox _sandbox = new();
    private Supervisor _supervisor = null!;
    private Pipeline _pipe = null!;

    public async Task InitializeAsync()
    {
        _supervisor = _sandbox.StartSupervisor();
        _pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
    }

    public async Task DisposeAsync()
    {
        await _pipe.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public void GetLogLikelihood_PrefersTheRightAnswer()
    {
        var scores = _pipe.GetLogLikelihood("What is 17 + 25?", ["41", "42", "moo"]);
        scores.Select(score => score.IsGreedy).ShouldBe([false, true, false]);
        scores.MaxBy(score => score.Logprob).ShouldBe(scores[1]);
        scores.ShouldAllBe(score => score.TokenIds.Count == score.TokenLogprobs.Count && score.Logprob < 0);
    }

    [Fact]
    public async Task GetLogLikelihood_SurvivesAKilledWorker()
    {
        LogLikelihoodInput[] inputs = [.. Enumerable.Range(0, 300).Select(i => new LogLikelihoodInput($"What is {i} + {i}?", [$"{i}", $"{2 * i}", "moo"]))];
        var expected = await _pipe.GetLogLikelihoodAsync(inputs).WaitAsync(Deadline);
        var pid = _pipe.WorkerPid;
        var running = _pipe.GetLogLikelihoodAsync(inputs);
        Signals.Kill(pid);
        var scores = await running.WaitAsync(Deadline);
        _pipe.WorkerPid.ShouldNotBe(pid);
        scores.Select(input => input.Select(score => Math.Round(score.Logprob, 3))).ShouldBe(expected.Select(input => input.Select(score => Math.Round(score.Logprob, 3))));
    }
}
