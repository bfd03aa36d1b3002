using System.Diagnostics;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Bench;

/// <summary>
/// What masks add to a decode step of a model of half a billion parameters (the shape of Qwen2.5-0.5B, random weights) with a vocabulary of about 150
/// thousand. The answers that masks are made for are given, so that it is always the same work.
/// </summary>
internal static class GuidedBenchmark
{
    private const int VocabularySize = 151_936;
    private const int Rounds = 5;
    private const int Steps = 24;

    private const string Schema = """
        {"type": "array", "maxItems": 5, "items": {"type": "object", "required": ["name", "text"], "properties": {
          "name": {"type": "string", "maxLength": 40}, "text": {"type": "string"}, "size": {"type": "number"}, "more": {}}}}
        """;

    private const string ModelConfig = """
        {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 896, "intermediate_size": 4864,
         "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2, "max_position_embeddings": 32768,
         "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": true,
         "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 151936, "bos_token_id": 151643, "eos_token_id": 151645}
        """;

    /// <summary>The ends of a text and of a message.</summary>
    private static readonly HashSet<int> StopTokens = [151_643, 151_645];

    /// <param name="tokenizerFolder">With tokenizer.json of Qwen 2.5 or 3.</param>
    public static async Task<IReadOnlyList<(string Name, Samples Samples)>> RunAsync(string tokenizerFolder)
    {
        var results = new List<(string, Samples)>();
        var tokenizer = ModelTokenizer.Load(tokenizerFolder);
        var folder = Directory.CreateTempSubdirectory("lmdeploy-bench-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), ModelConfig);
            foreach (var name in new[] { "tokenizer.json", "tokenizer_config.json" })
            {
                File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(Path.GetFullPath(tokenizerFolder), name));
            }

            using var engine = await InProcessEngine.LoadAsync(
                folder, new EngineConfig { LoadFormat = LoadFormat.Dummy, SessionLen = 512, CacheMaxEntryCount = 256 });
            foreach (var batch in new[] { 1, 16 })
            {
                await MeasureAsync(engine, batch);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return results;

        async Task MeasureAsync(InProcessEngine engine, int batch)
        {
            var step = Add($"batch {batch}: decode step, ms");
            var (cold, warm) = (Add($"batch {batch}: masks of a step, first answers, ms"), Add($"batch {batch}: masks of a step, later answers, ms"));
            var (coldMost, coldShare, warmShare) = (
                Add($"batch {batch}: the slowest of them, ms"),
                Add($"batch {batch}: share of the step, first answers, %"),
                Add($"batch {batch}: share of the step, later answers, %"));
            var answers = Enumerable.Range(0, batch).Select(i => tokenizer.Encode(Answer(i), addSpecialTokens: false)).ToList();
            for (var round = -1; round < Rounds; round++)
            {
                var guide = new GuideCache(tokenizer, VocabularySize).Find(new GuideFormat(GuideKind.JsonSchema, Schema))!;
                var (first, later) = (Masks(guide, answers), Masks(guide, answers));
                var decode = await StepAsync(engine, batch);
                if (round >= 0)
                {
                    step.Add(decode);
                    cold.Add(first.Average());
                    coldMost.Add(first.Max());
                    warm.Add(later.Average());
                    coldShare.Add(100 * first.Average() / (decode + first.Average()));
                    warmShare.Add(100 * later.Average() / (decode + later.Average()));
                }
            }
        }

        Samples Add(string name)
        {
            var samples = new Samples();
            results.Add((name, samples));
            return samples;
        }
    }

    private static string Answer(int number)
    {
        var text = $"The quick brown fox jumps over {number * 7919} lazy dogs.";
        return $$$"""
            [{"name": "Ada {{{number}}}", "text": "{{{text}}}", "size": {{{number}}}.5, "more": {"a": [1, {"b": "c"}]}}, {"name": "Bob", "text": "한국 é 😀"}]
            """;
    }

    /// <summary>All that guiding adds to the choice of tokens, for answers that go on together.</summary>
    /// <returns>Milliseconds for each step.</returns>
    private static List<double> Masks(Guide guide, List<int[]> ids)
    {
        var logits = new float[VocabularySize];
        var answers = ids.ConvertAll(_ => guide.Begin());
        var times = new List<double>();
        for (var position = 0; position < ids.Min(answer => answer.Length); position++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < answers.Count; i++)
            {
                var allowed = answers[i].AllowedWith(StopTokens);
                allowed.Apply(logits);
                if (!allowed.Contains(ids[i][position]) || !answers[i].TryAppend(ids[i][position]))
                {
                    throw new InvalidOperationException($"Token {ids[i][position]} is not allowed at {position}.");
                }

                _ = answers[i].IsOver;
            }

            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return times;
    }

    private static async Task<double> StepAsync(InProcessEngine engine, int batch)
    {
        var prompts = Enumerable.Range(0, batch).Select(i => Enumerable.Range(1000 * (i + 1), 12));
        var times = await Task.WhenAll(prompts.Select(prompt => engine.GenerateAsync(prompt, Steps)));
        return (times.Max(time => time.Last) - times.Max(time => time.First)) / (Steps - 1);
    }
}
