using LmDeploy.Engine.Scheduling;
using System.Diagnostics;
using LmDeploy.Engine.Sampling;

namespace LmDeploy.Bench;

/// <summary>What it takes to choose a token from one row of logits, for each documented setting alone and in pairs, beside the largest logit.</summary>
internal static class SamplingBenchmark
{
    private const int VocabularySize = 151_936;
    private const int Context = 4096;
    private const int Rounds = 30;

    /// <summary>Until the methods are compiled for good.</summary>
    private const int WarmUp = 100;

    private static readonly (string Name, Func<SamplingParameters, SamplingParameters> Set)[] _settings =
    [
        ("top_k 0", parameters => parameters with { TopK = 0 }),
        ("top_k 5000", parameters => parameters with { TopK = 5000 }),
        ("top_p 0.95", parameters => parameters with { TopP = 0.95 }),
        ("min_p 0.05", parameters => parameters with { MinP = 0.05 }),
        ("temperature 2", parameters => parameters with { Temperature = 2 }),
        ("repetition_penalty 1.1", parameters => parameters with { RepetitionPenalty = 1.1 }),
        ("frequency_penalty 0.5", parameters => parameters with { FrequencyPenalty = 0.5 }),
        ("presence_penalty 0.5", parameters => parameters with { PresencePenalty = 0.5 }),
        ("logit_bias of 1000", parameters => parameters with { LogitBias = Enumerable.Range(0, 1000).ToDictionary(id => id * 100, _ => 1.0) }),
        ("logprobs 20", parameters => parameters with { Logprobs = 20 }),
    ];

    public static IReadOnlyList<(string Name, Samples Samples)> Run()
    {
        var random = new Random(7);
        float[] peaked = [.. Enumerable.Range(0, VocabularySize).Select(_ => (float)(-4 * Math.Log(random.NextDouble())))];
        float[] flat = [.. Enumerable.Range(0, VocabularySize).Select(_ => (float)random.NextDouble())];
        List<int> context = [.. Enumerable.Range(0, Context).Select(_ => random.Next(VocabularySize))];
        var sampled = new SamplingParameters { DoSample = true, Temperature = 1 };
        var results = new List<(string, Samples)> { Measure("largest logit", new SamplingParameters()) };
        results.Add(Measure("sampled (top_k 50)", sampled));
        for (var first = 0; first < _settings.Length; first++)
        {
            results.Add(Measure(_settings[first].Name, _settings[first].Set(sampled)));
            for (var second = first + 1; second < _settings.Length; second++)
            {
                results.Add(Measure($"{_settings[first].Name}, {_settings[second].Name}", _settings[second].Set(_settings[first].Set(sampled))));
            }
        }

        return results;

        (string, Samples) Measure(string name, SamplingParameters parameters)
        {
            var samples = new Samples();
            var sampler = new TokenSampler();
            foreach (var logits in (float[][])[peaked, flat])
            {
                var counts = new ContextCounts(Context / 2);
                for (var round = 0; round < WarmUp + Rounds; round++)
                {
                    var row = new SamplingRow(parameters, context, Context / 2) { Counts = counts, Position = round };
                    var began = Stopwatch.GetTimestamp();
                    sampler.Sample(logits, row);
                    if (round >= WarmUp)
                    {
                        samples.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    }
                }
            }

            return ($"{name}, ms a row", samples);
        }
    }
}
