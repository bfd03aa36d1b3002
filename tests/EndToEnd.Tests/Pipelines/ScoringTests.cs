using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

/// <summary>What a model says of texts beside answering, and that a killed worker does not keep it from saying so.</summary>
public sealed class ScoringTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Sandbox _sandbox = new();
    private Supervisor _supervisor = null!;
    private Pipeline _pipe = null!;

    public async ValueTask InitializeAsync()
    {
        _supervisor = _sandbox.StartSupervisor();
        _pipe = await Pipeline.CreateAsync(Repository.Boulder, supervisor: _supervisor);
    }

    public async ValueTask DisposeAsync()
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
    public async Task BareModel_GivesVectors_AndSaysWhatItIsMadeFor()
    {
        var folder = Directory.CreateTempSubdirectory("lmd-model-");
        foreach (var file in Directory.GetFiles(Repository.Golden("llama3")))
        {
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        }

        var config = Path.Combine(folder.FullName, "config.json");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("LlamaForCausalLM", "LlamaModel"));
        await using (var bare = await Pipeline.CreateAsync(folder.FullName, new EngineConfig { CacheMaxEntryCount = 64 }, supervisor: _supervisor))
        {
            var vector = (await bare.GetEmbeddingsAsync(["one text"]))[0].Vector.ToArray();
            vector.Length.ShouldBe(bare.Model.HiddenSize);
            vector.Sum(number => (double)number * number).ShouldBe(1, 1e-5);
            var error = await Should.ThrowAsync<LmDeployException>(bare.InferAsync("hello"));
            error.Code.ShouldBe("unsupported_feature");
            error.Message.ShouldContain("made for GetEmbeddings");
            (await bare.GetLogLikelihoodAsync("a", ["b"]))[0].ErrorCode.ShouldBe("unsupported_feature");
            Should.Throw<LmDeployException>(() => bare.GetPpl([1, 2])).Code.ShouldBe("unsupported_feature");
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Commands_ScoreAndEmbed()
    {
        var input = Path.Combine(_sandbox.Folder, "lines.jsonl");
        await File.WriteAllTextAsync(input, """{"id":7,"prompt":"What is 17 + 25?","continuations":["42","moo"]}""");
        var score = await Command.RunAsync(_sandbox, "score", Repository.Boulder, "--input", input);
        score.Output.ShouldStartWith("""{"id":7,"continuations":[{"logprob":-""");
        score.Output.ShouldContain("\"is_greedy\":true");
        var embed = await Command.RunAsync(_sandbox, "embed", Repository.Boulder, "--input", input, "--dimensions", "4");
        embed.Output.ShouldStartWith("""{"id":7,"embedding":[""");
        embed.Output.Count(character => character == ',').ShouldBe(6);
        File.Delete(input);
    }

    [Fact]
    public void GetRewardScore_IsRefused() => Should.Throw<LmDeployException>(() => _pipe.GetRewardScore([1, 2])).Code.ShouldBe("unsupported_feature");

    [Fact]
    public async Task GetEmbeddings_SurvivesAKilledWorker()
    {
        string[] texts = [.. Enumerable.Range(0, 300).Select(i => $"This is text number {i} of a few hundred.")];
        var options = new EmbeddingOptions { Pooling = EmbeddingPooling.Mean };
        var expected = await _pipe.GetEmbeddingsAsync(texts, options).WaitAsync(Deadline);
        expected.ShouldAllBe(embedding => embedding.ErrorCode == null && embedding.Vector.Length == _pipe.Model.HiddenSize);
        var running = _pipe.GetEmbeddingsAsync(texts, options);
        Signals.Kill(_pipe.WorkerPid);
        var embeddings = await running.WaitAsync(Deadline);
        for (var i = 0; i < texts.Length; i++)
        {
            embeddings[i].Vector.ToArray().Select(number => (double)number).ShouldBe(expected[i].Vector.ToArray().Select(number => (double)number), 1e-4);
        }
    }

    [Fact]
    public async Task Logits_AreWholeThoughTheWorkerIsKilled()
    {
        const string story = "Tell me a story about a fox.";
        var config = new GenerationConfig { MaxNewTokens = 60, IgnoreEos = true, OutputLogits = OutputLogits.All };
        var whole = await _pipe.InferAsync(story, config).WaitAsync(Deadline);
        whole.Logits!.Count.ShouldBe(whole.InputTokenLen + whole.GenerateTokenLen - 1);
        whole.CachedTokens.ShouldBe(0);
        Response? joined = null;
        await foreach (var piece in _pipe.StreamInferAsync(story, config))
        {
            joined = joined is null ? piece : joined.Extend(piece);
            if (piece.GenerateTokenLen == 5 && piece.FinishReason is null)
            {
                Signals.Kill(_pipe.WorkerPid);
            }
        }

        joined!.TokenIds.ShouldBe(whole.TokenIds);
        joined.Logits!.Count.ShouldBe(whole.Logits.Count);
        for (var row = 0; row < whole.Logits.Count; row++)
        {
            Largest(joined.Logits[row]).ShouldBe(Largest(whole.Logits[row]), 1e-2f, $"row {row}");
        }
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
        scores.SelectMany(input => input).Select(score => score.Logprob).ShouldBe(expected.SelectMany(input => input).Select(score => score.Logprob), 1e-2);
    }

    private static float Largest(ReadOnlyMemory<float> row) => row.ToArray().Max();
}
