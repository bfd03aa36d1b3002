using System.Text;
using System.Text.Json;
using CsCheck;
using LmDeploy.Text.Tokenization.Json;

namespace LmDeploy.Text.Tests.Tokenization.Decoders;

public sealed class DecoderTests
{
    private const string Llama =
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},"""
        + """{"type":"Strip","content":" ","start":1,"stop":0}]}""";

    /// <summary>The character of each byte, by GPT-2's definition.</summary>
    private static readonly string[] _alphabet = MakeAlphabet();

    [Theory]
    [InlineData(Llama, "▁Hi|▁there", "Hi there")]
    [InlineData(Llama, "▁|▁a", " a")]
    [InlineData(Llama, "<0xF0>|<0x9F>|<0x98>|<0x80>|x", "😀x")]
    [InlineData(Llama, "<0xC3>|<0xA9>|<0xFF>|x", "\uFFFD\uFFFD\uFFFDx")]
    [InlineData(Llama, "a|<0xE4>|<0xB8>", "a\uFFFD\uFFFD")]
    [InlineData(Llama, "<0xzz>|<0x411>", "<0xzz><0x411>")]
    [InlineData("""{"type":"ByteLevel"}""", "ĠHi|Ã|©|!", " Hié!")]
    [InlineData("""{"type":"ByteLevel"}""", "Ã|a", "\uFFFDa")]
    [InlineData("""{"type":"ByteLevel"}""", "ð|Ł|ĺ|Ģ|ð|Ł", "😀\uFFFD")]
    [InlineData("""{"type":"ByteLevel"}""", "<｜x｜>|Ġ", "<｜x｜> ")]
    [InlineData("""{"type":"Metaspace","replacement":"▁"}""", "▁a|▁b", "a b")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "▁a|▁b", " a b")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"_+"},"content":"-"}""", "a__|_b", "a--b")]
    [InlineData("""{"type":"Strip","content":"_","start":1,"stop":2}""", "__a___|_|b_", "_a_b")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"_","start":2,"stop":2}]}""", "_|_|_a|_|_|_", "_a_")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"aab"},"content":"X"}]}""", "a|aa|b|aa", "aXaa")]
    [InlineData("null", "a|b", "a b")]
    public void Decode_JoinsTheTokens(string json, string tokens, string expected) =>
        Decode(json, tokens.Split('|')).ShouldBe(expected);

    [Fact]
    public void Decode_OfFusedTextDoesNotDependOnWhereItIsCut()
    {
        const string Json =
            """{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"aba"},"content":"_"},"""
            + """{"type":"Strip","content":"_","start":2,"stop":3}]}""";
        Gen.Select(Gen.Char["ab_"].Array[0, 30], Gen.Int[1, 4]).Sample((characters, size) =>
        {
            var text = new string(characters);
            var cut = text.Chunk(size).Select(chunk => new string(chunk)).ToArray();
            Decode(Json, cut).ShouldBe(Decode(Json, [text]));
        });
    }

    [Fact]
    public void Decode_OfBytesDoesNotDependOnWhereTheyAreCut() => Gen.OneOf(Gen.Byte, Gen.Byte[0x80, 0xBF], Gen.Byte[0xE0, 0xF4]).Array[0, 24].Sample(bytes =>
    {
        const string Json = """{"type":"ByteLevel"}""";
        var tokens = bytes.Select(value => _alphabet[value]).ToArray();
        Decode(Json, tokens).ShouldBe(Encoding.UTF8.GetString(bytes));
    });

    private static string Decode(string json, string[] tokens)
    {
        using var document = JsonDocument.Parse(json);
        var isNull = document.RootElement.ValueKind == JsonValueKind.Null;
        var chain = DecoderReader.Read(isNull ? null : new JsonPlace(document.RootElement, "test.json", "decoder")).Start();
        return string.Concat(tokens.Select(token => Decoding.WellFormed(chain.Push(token)))) + chain.Complete();
    }

    private static string[] MakeAlphabet()
    {
        var next = 256;
        return [.. Enumerable.Range(0, 256).Select(value =>
            ((char)(value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? value : next++)).ToString())];
    }
}
