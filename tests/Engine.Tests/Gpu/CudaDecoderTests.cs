using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Sampling;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>Steps of the kernels: recorded and not, one after the other and ahead, and what comes back of them.</summary>
[Collection(TorchTests.Name)]
public sealed class CudaDecoderTests
{
    private const int Steps = 16;
    private const int Room = Steps + 4;
    private const float Rounding = 1e-4f;

    /// <summary>The first step of a batch size runs launch by launch, later ones as a CUDA graph.</summary>
    [GpuTheory]
    [InlineData("llama3", 1)]
    [InlineData("llama3", 2)]
    [InlineData("llama3", 3)]
    [InlineData("llama3", 7)]
    [InlineData("llama3", 16)]
    [InlineData("gemma3", 5)]
    [InlineData("qwen3_moe", 5)]
    public void Graph_ChoosesWhatSingleLaunchesAndTransformersChoose(string name, int sequences)
    {
        using var model = DeviceModel.Load(name, "float32");
        model.Prefill(sequences, Room);
        var batch = model.Decode();
        model.Model.IsRecorded(batch).ShouldBeFalse();
        var single = model.Enqueue(batch, withCandidates: false);
        single.Wait();
        var (tokens, logits) = (single.MostProbable.ToArray(), All(single, sequences));
        model.Model.IsRecorded(batch).ShouldBeTrue();

        var graph = model.Enqueue(batch, withCandidates: false);
        graph.Wait();
        var differences = All(graph, sequences).SelectMany(row => row).Zip(logits.SelectMany(row => row), (left, right) => Math.Abs(left - right));
        differences.Max().ShouldBeLessThanOrEqualTo(Rounding);
        model.Accept(graph).ShouldBe(tokens);

        for (var step = 0; step < Steps; step++)
        {
            model.Accept(model.Enqueue(model.Decode(), withCandidates: false));
        }

        model.ShouldAgree();
    }

    [GpuTheory]
    [InlineData("llama3", 1)]
    [InlineData("llama3", 6)]
    public void StepAhead_TakesItsTokensOnTheDevice(string name, int sequences)
    {
        using var model = DeviceModel.Load(name, "float32");
        model.Prefill(sequences, Room);
        model.Accept(model.Enqueue(model.Decode(), withCandidates: false)); // Records the size.
        var before = model.Enqueue(model.Decode(), withCandidates: false);
        var ahead = model.Enqueue(model.DecodeAhead(), withCandidates: false);
        ahead.Wait();
        var chosen = ahead.MostProbable.ToArray();
        model.Accept(before);

        var again = model.Enqueue(model.Decode(), withCandidates: false);
        model.Accept(again).ShouldBe(chosen);
    }

    [GpuTheory]
    [InlineData("llama3", "float32")]
    [InlineData("llama3", "bfloat16")]
    [InlineData("qwen2", "bfloat16")]
    public void Candidates_AreTheLargestOfAllLogits(string name, string dtype)
    {
        const int Sequences = 3;
        using var model = DeviceModel.Load(name, dtype);
        model.Prefill(Sequences, Room);
        var outcome = model.Enqueue(model.Decode(), withCandidates: true);
        outcome.Wait();
        var logits = All(outcome, Sequences);
        for (var row = 0; row < Sequences; row++)
        {
            var own = logits[row];
            outcome.MostProbable[row].ShouldBe(Array.IndexOf(own, own.Max()));
            if (outcome.Candidates(row) is { } candidates)
            {
                candidates.Logits.ShouldBe(candidates.Ids.Select(id => own[id]));
                own.Count(logit => logit >= candidates.Logits[^1]).ShouldBe(candidates.Ids.Length, "all others are lower");
            }
        }
    }

    /// <summary>The same seed and the same logits: from the candidates of the device as from a whole row on the host.</summary>
    [GpuTheory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void Draws_FromCandidates_AreThoseOfTheHost(string dtype)
    {
        const int Sequences = 4;
        using var model = DeviceModel.Load("llama3", dtype);
        model.Prefill(Sequences, Room);
        var outcome = model.Enqueue(model.Decode(), withCandidates: true);
        outcome.Wait();
        var logits = All(outcome, Sequences);
        var (made, sampler) = (0, new TokenSampler());
        for (var row = 0; row < Sequences; row++)
        {
            foreach (var sampling in SamplingCases.Rows(model.Tokens[row]))
            {
                if (outcome.Candidates(row) is { } candidates && CandidateSampler.TryChoose(candidates.Ids, candidates.Logits, sampling) is { } chosen)
                {
                    made++;
                    chosen.ShouldBe(sampler.Sample(logits[row], sampling).Id, $"row {row}, {sampling.Parameters}");
                }
            }
        }

        made.ShouldBeGreaterThan(0);
    }

    private static float[][] All(IStepOutcome outcome, int rows)
    {
        var logits = outcome.Logits([.. Enumerable.Range(0, rows)]).ToArray();
        return [.. logits.Chunk(logits.Length / rows)];
    }
}
