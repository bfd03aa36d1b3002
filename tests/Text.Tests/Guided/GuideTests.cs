using System.Text;
using CsCheck;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Guided;
using LmDeploy.Text.Guided.Expressions;
using LmDeploy.Text.Tests.Tokenization;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>The tokens that may follow.</summary>
public sealed class GuideTests
{
    private static readonly string[] _patterns = ["", "a*", "(a|b){2,5}c?", @"\w+( \w+)*", "[^a]*", "é|한국|😀", @"""[^""\\]*""", "(ab|ba)*", ".*"];

    [Fact]
    public void AllowedTokens_AreThoseWhoseBytesFit()
    {
        var gen = Gen.Select(NetworkTexts.OneOf(_patterns), NetworkTexts.OneOf("a", "b", "c", " ", "ab", "é", "\"", "한", "국", "x").Array[1, 4]
            .Select(string.Concat).Array[1, 60], Gen.Int);
        gen.Sample((pattern, words, seed) =>
        {
            // Parts of characters are tokens, too.
            byte[][] bytes = [[], .. words.Select(Encoding.UTF8.GetBytes), .. words.Select(word => Encoding.UTF8.GetBytes(word)[1..]),
                .. words.Select(word => Encoding.UTF8.GetBytes(word)[..1])];
            var vocabulary = new GuideVocabulary(bytes);
            var answer = new Guide(ExpressionWriter.Compile(pattern), vocabulary, vocabulary).Begin();
            var random = new Random(seed);
            for (var step = 0; step < 20 && !answer.IsOver; step++)
            {
                var allowed = answer.AllowedWith(new HashSet<int>());
                var fitting = Enumerable.Range(0, bytes.Length).Where(allowed.Contains).ToArray();
                foreach (var id in Enumerable.Range(0, bytes.Length).Except(fitting))
                {
                    answer.TryAppend(id).ShouldBeFalse();
                }

                answer.TryAppend(fitting[random.Next(fitting.Length)]).ShouldBeTrue();
            }
        }, iter: 500);
    }

    [Fact]
    public void AllowedTokens_OfSchemasThatCount_AreThoseWhoseBytesFit()
    {
        string[] schemas =
        [
            """{"type": "string", "maxLength": 5}""", """{"type": "string", "minLength": 3}""",
                """{"type": "string", "minLength": 9, "maxLength": 12}""", """{"type": "string"}""",
            """{"type": "array", "items": {"type": "string", "maxLength": 2}, "maxItems": 3}""",
                """{"type": "array", "items": {"type": "null"}, "minItems": 8, "maxItems": 30}""",
            """{"anyOf": [{"type": "string", "maxLength": 3}, {"enum": ["abcabcab", "é"]}, {"type": "string", "pattern": "^a*$"}]}""",
                """{"type": "object", "maxProperties": 2}""",
        ];
        var words = NetworkTexts.OneOf("a", "b", "\"", "ab", "é", "\\", "n", "한", "😀", "null", ",", "]", "[", "{", "}", ":", " ").Array[1, 4]
            .Select(string.Concat);
        Gen.Select(NetworkTexts.OneOf(schemas), words.Array[1, 60], Gen.Int).Sample((schema, texts, seed) =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(schema);
            byte[][] bytes =
            [
                .. "ab\"\\n,][{}: lu"u8.ToArray().Select(value => new[] { value }), .. texts.Select(Encoding.UTF8.GetBytes),
                .. texts.Select(word => Encoding.UTF8.GetBytes(word)[1..]), .. texts.Select(word => Encoding.UTF8.GetBytes(word)[..1]),
            ];
            var vocabulary = new GuideVocabulary(bytes);
            var answer = new Guide(LmDeploy.Text.Guided.Schemas.SchemaCompiler.Compile(json.RootElement).Network, vocabulary, vocabulary).Begin();
            var random = new Random(seed);
            for (var step = 0; step < 30 && !answer.IsOver; step++)
            {
                var allowed = answer.AllowedWith(new HashSet<int>());
                var fitting = Enumerable.Range(0, bytes.Length).Where(allowed.Contains).ToArray();
                foreach (var id in Enumerable.Range(0, bytes.Length).Except(fitting))
                {
                    answer.TryAppend(id).ShouldBeFalse();
                }

                answer.TryAppend(fitting[random.Next(fitting.Length)]).ShouldBeTrue();
            }
        }, iter: 500);
    }

    [Fact]
    public void StopTokens_AreAllowedOnceTheAnswerIsComplete()
    {
        var vocabulary = new GuideVocabulary([[], "a"u8.ToArray(), "b"u8.ToArray()]);
        var answer = new Guide(ExpressionWriter.Compile("ab?"), vocabulary, vocabulary).Begin();
        var stops = new HashSet<int> { 0 };

        answer.AllowedWith(stops).Contains(0).ShouldBeFalse();
        answer.TryAppend(1).ShouldBeTrue();
        answer.AllowedWith(stops).Contains(0).ShouldBeTrue();
        answer.AllowedWith(stops).Contains(2).ShouldBeTrue();
        answer.IsOver.ShouldBeFalse();
        answer.TryAppend(2).ShouldBeTrue();
        answer.IsOver.ShouldBeTrue();
        answer.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void TextToken_ThatIsAStopToken_IsAllowedOnlyAtTheEnd()
    {
        var vocabulary = new GuideVocabulary(["a"u8.ToArray(), "b"u8.ToArray()]);
        var answer = new Guide(ExpressionWriter.Compile("[ab]{2}"), vocabulary, vocabulary).Begin();
        answer.AllowedWith(new HashSet<int> { 1 }).Contains(1).ShouldBeFalse();
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3")]
    [InlineData("qwen3")]
    public void BytesOfTokens_AreThoseOfTheText(string name)
    {
        var tokenizer = ModelTokenizer.Load(TestData.Golden(name));
        NetworkTexts.OneOf("a", "Hello", " ", " world", "é", "한국", "😀", "\n", "1", "{\"", "\"}", "\u0001", "ü").Array[0, 12]
            .Select(string.Concat).Sample(text =>
        {
            var ids = tokenizer.Encode(text, addSpecialTokens: false);
            var bytes = ids.SelectMany((id, i) => tokenizer.BytesOf(id, i == 0)).ToArray();
            Encoding.UTF8.GetString(bytes).ShouldBe(tokenizer.Decode(ids, skipSpecialTokens: true));
        });
    }

    [Fact]
    public void ManyStates_AreForgotten_AndNothingChanges()
    {
        var vocabulary = new GuideVocabulary(["a"u8.ToArray(), "b"u8.ToArray(), "aa"u8.ToArray()]);
        var guide = new Guide(ExpressionWriter.Compile("(a|b)*a(a|b){14}"), vocabulary, vocabulary);
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var answer = guide.Begin();
            for (var i = 0; i < 40; i++)
            {
                answer.AllowedWith(new HashSet<int>())
                    .ShouldSatisfyAllConditions(mask => mask.Contains(0).ShouldBeTrue(), mask => mask.Contains(1).ShouldBeTrue());
                answer.TryAppend(random.Next(3)).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void PatternWithTooManyStates_IsRefused_InGoodTime()
    {
        // After each text of some letters there is another state: which letters were there, and where.
        var letters = Enumerable.Range('a', 26).Select(letter => (char)letter).ToArray();
        var vocabulary = new GuideVocabulary([.. from a in letters from b in letters from c in letters select new[] { (byte)a, (byte)b, (byte)c }]);
        var pattern = string.Join('|', letters.Select(letter => $"[a-z]*{letter}[a-z]{{20}}"));
        var answer = new Guide(ExpressionWriter.Compile(pattern), vocabulary, vocabulary).Begin();
        var clock = System.Diagnostics.Stopwatch.StartNew();

        Should.Throw<EngineException>(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                _ = answer.IsOver;
                answer.TryAppend((i * 997) % 17576).ShouldBeTrue();
            }
        }).Message.ShouldContain("too many states");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Mask_LeavesOnlyItsTokens() => Gen.Select(Gen.Int[1, 300], Gen.Int[0, 299].Array[0, 50]).Sample((size, ids) =>
    {
        var chosen = ids.Where(id => id < size).ToHashSet();
        var mask = new TokenMask(size).With(chosen, included: true);
        var logits = new float[size + 5];
        mask.Apply(logits);
        for (var id = 0; id < logits.Length; id++)
        {
            (logits[id] == 0).ShouldBe(chosen.Contains(id));
            mask.Contains(id).ShouldBe(chosen.Contains(id));
        }

        mask.IsEmpty.ShouldBe(chosen.Count == 0);
        mask.With(chosen, included: false).IsEmpty.ShouldBeTrue();
    });
}
