using CsCheck;
using LmDeploy.Engine.Sampling;
using LmDeploy.Text.Guided;

namespace LmDeploy.Engine.Tests.Sampling;

/// <summary>What is chosen from the largest logits is what is chosen from all of them, or nothing is.</summary>
public sealed class CandidateSamplerTests
{
    private const int Vocabulary = 60;

    private static readonly Gen<SamplingParameters> Parameters = Gen.Select(
        Gen.Bool, Gen.Double[0.3, 2], Gen.Int[0, 14], Gen.Double[0.2, 1], Gen.Double[0, 0.3],
        Gen.OneOf(Gen.Const((1.0, 0.0, 0.0)), Gen.Select(Gen.Double[0.8, 1.6], Gen.Double[-1, 2], Gen.Double[-1, 2])), Gen.ULong,
        Gen.Dictionary(Gen.Int[0, Vocabulary - 1], Gen.Double[-5, 2])[0, 3])
        .Select((draws, temperature, topK, topP, minP, penalties, seed, bias) => new SamplingParameters
        {
            DoSample = draws,
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MinP = minP,
            RepetitionPenalty = penalties.Item1,
            FrequencyPenalty = penalties.Item2,
            PresencePenalty = penalties.Item3,
            LogitBias = bias,
            Seed = seed,
        });

    // Few different logits, so that many are equal, and now and then hardly any that is possible.
    private static readonly Gen<float[]> Logits = Gen.Select(Gen.Int[-12, 12].Array[Vocabulary], Gen.Frequency((3, Gen.Const(-13)), (1, Gen.Int[-12, 11])))
        .Select((steps, impossible) => Array.ConvertAll(steps, step => step <= impossible ? float.NegativeInfinity : step / 2f));

    [Fact]
    public void WhateverIsAsked_TheChoiceIsThatFromAll()
    {
        var (made, tried) = (0, 0);
        var (contexts, forbiddenIds) = (Gen.Int[0, Vocabulary - 1].Array[0, 30], Gen.Int[0, Vocabulary - 1].HashSet[0, 5]);
        Gen.Select(Logits, Parameters, contexts, forbiddenIds, Gen.Int[0, 4], Gen.Int[0, 2], Gen.Int[1, 25]).Sample(
            (logits, parameters, context, forbidden, every, rejected, count) =>
            {
                var row = new SamplingRow(parameters, context, context.Length / 2)
                {
                    Forbidden = forbidden,
                    Allowed = every < 2 ? null : Every(every),
                    Rejects = rejected == 0 ? null : id => id % 3 < rejected,
                };
                var (ids, largest) = Largest(logits, count);
                var chosen = CandidateSampler.TryChoose(ids, largest, row);
                Interlocked.Increment(ref tried);
                if (chosen is { } id)
                {
                    Interlocked.Increment(ref made);
                    id.ShouldBe(new TokenSampler().Sample(logits, row).Id);
                }
            },
            iter: 20_000);
        made.ShouldBeGreaterThan(tried / 10);
    }

    [Fact]
    public void PenaltiesOnFewTokens_AreNoReasonToLookAtAll()
    {
        var logits = Enumerable.Range(0, Vocabulary).Select(id => id / 4f).ToArray();
        var (ids, largest) = Largest(logits, 20);
        var row = new SamplingRow(
            new SamplingParameters { DoSample = true, Temperature = 1, TopK = 10, RepetitionPenalty = 1.2, FrequencyPenalty = 0.5 }, [59, 57, 3], 1);
        CandidateSampler.TryChoose(ids, largest, row).ShouldNotBeNull();
    }

    [Fact]
    public void AllowedTokensBehindTheLargest_AreAReason()
    {
        var logits = Enumerable.Range(0, Vocabulary).Select(id => (float)id).ToArray();
        var (ids, largest) = Largest(logits, 10);
        var allowed = new TokenMask(Vocabulary);
        allowed.Add(3);
        var row = new SamplingRow(new SamplingParameters(), [], 0) { Allowed = allowed };
        CandidateSampler.TryChoose(ids, largest, row).ShouldBeNull();
        allowed.Add(52);
        CandidateSampler.TryChoose(ids, largest, row).ShouldBe(52);
    }

    /// <summary>As the device finds them: at least so many, and all that are equal to the last of them.</summary>
    private static (int[] Ids, float[] Logits) Largest(float[] logits, int count)
    {
        var bound = logits.OrderDescending().ElementAt(count - 1);
        int[] ids = [.. Enumerable.Range(0, Vocabulary).Where(id => logits[id] >= bound).OrderByDescending(id => logits[id]).ThenBy(id => id)];
        return (ids, [.. ids.Select(id => logits[id])]);
    }

    private static TokenMask Every(int step)
    {
        var mask = new TokenMask(Vocabulary);
        for (var id = 0; id < Vocabulary; id += step)
        {
            mask.Add(id);
        }

        return mask;
    }
}
