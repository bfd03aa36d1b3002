using System.Diagnostics;
using LmDeploy.V1;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Tests.Templates;
using LmDeploy.Text.Tests.Tokenization;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>Reports how long masks over vocabularies of released models take; asserts only that an answer can be made.</summary>
public sealed class MaskThroughputTests(ITestOutputHelper output)
{
    private const string Schema = """
        {"type": "array", "maxItems": 5, "items": {"type": "object", "required": ["name", "text"], "properties": {
          "name": {"type": "string", "maxLength": 40}, "text": {"type": "string"}, "size": {"type": "number"}, "more": {}}}}
        """;

    private const string Answer =
        """[{"name": "Ada", "text": "The quick brown fox jumps over the lazy dog.", "size": 12.5, "more": {"a": [1, {"b": "c"}]}},"""
        + """ {"name": "Bob", "text": "한국 é 😀"}]""";

    [SharedTheory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    [InlineData("phi3")]
    public void Masks_ReportTheirTimes(string name)
    {
        var tokenizer = ModelTokenizer.Load(Path.Combine(SharedData.Folder!, "tokenizers", name));
        var guides = new GuideCache(tokenizer, tokenizer.VocabularySize);
        var clock = Stopwatch.StartNew();
        var guide = guides.Find(new GuideFormat(GuideKind.JsonSchema, Schema))!;
        output.WriteLine($"{name}: {tokenizer.VocabularySize} tokens, first guide {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        guides.Find(new GuideFormat(GuideKind.JsonSchema, Schema + " "));
        output.WriteLine($"{name}: another guide {clock.Elapsed.TotalMilliseconds:F1} ms");
        for (var round = 0; round < 3; round++)
        {
            var answer = guide.Begin();
            var times = new List<double>();
            foreach (var id in tokenizer.Encode(Answer, addSpecialTokens: false))
            {
                clock.Restart();
                var allowed = answer.AllowedWith(new HashSet<int>());
                allowed.Contains(id).ShouldBeTrue(tokenizer.TokenOf(id));
                answer.TryAppend(id).ShouldBeTrue();
                times.Add(clock.Elapsed.TotalMilliseconds);
            }

            answer.IsComplete.ShouldBeTrue();
            output.WriteLine($"{name}: {times.Count} masks, mean {times.Average():F2} ms, longest {times.Max():F1} ms");
        }
    }
}
