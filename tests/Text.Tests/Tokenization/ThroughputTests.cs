using System.Diagnostics;
using System.Text;
using LmDeploy.Text.Tests.Templates;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>Reports how fast loading and encoding are; asserts only that the text survives.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    private const int TextLength = 1 << 20;

    [SharedTheory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    [InlineData("phi3")]
    [InlineData("deepseek-coder")]
    public void Encode_ReportsItsSpeed(string name)
    {
        var folder = Path.Combine(SharedData.Folder!, "tokenizers", name);
        var clock = Stopwatch.StartNew();
        var tokenizer = ModelTokenizer.Load(folder);
        output.WriteLine($"{name}: first load {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        tokenizer = ModelTokenizer.Load(folder);
        output.WriteLine($"{name}: second load {clock.ElapsedMilliseconds} ms");

        var text = Prose();
        for (var round = 0; round < 3; round++)
        {
            clock.Restart();
            var ids = tokenizer.Encode(text, addSpecialTokens: false);
            output.WriteLine($"{name}: {ids.Length} ids, {Encoding.UTF8.GetByteCount(text) / 1e6 / clock.Elapsed.TotalSeconds:F2} MB/s");
            clock.Restart();
            tokenizer.Decode(ids, skipSpecialTokens: false).ShouldBe(text);
            output.WriteLine($"{name}: decoded at {ids.Length / 1e6 / clock.Elapsed.TotalSeconds:F2} M ids/s");
        }

        clock.Restart();
        tokenizer.Encode(new string('a', TextLength), addSpecialTokens: false).ShouldNotBeEmpty();
        output.WriteLine($"{name}: one word of {TextLength} letters in {clock.ElapsedMilliseconds} ms");
    }

    /// <summary>Sentences of made-up words: a few thousand words that return, and some that do not.</summary>
    private static string Prose()
    {
        var random = new Random(7);
        var words = Enumerable.Range(0, 5000).Select(_ => Word(random)).ToArray();
        var text = new StringBuilder("It");
        while (text.Length < TextLength)
        {
            var word = random.Next(10) == 0 ? Word(random) : words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))];
            text.Append(random.Next(12) == 0 ? ", " : " ").Append(word);
            if (random.Next(15) == 0)
            {
                text.Append(".\n");
            }
        }

        return text.ToString();
    }

    private static string Word(Random random)
    {
        string[] syllables = ["ta", "re", "in", "on", "the", "er", "ing", "al", "st", "en", "qu", "ick", "é", "12", "zo"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => syllables[random.Next(syllables.Length)]));
    }
}
