using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LmDeploy.Text;
using LmDeploy.Text.Tokenization;
using Microsoft.ML.Tokenizers;
using RenderedMessage = LmDeploy.Text.TemplateMessage;
using Tokenizer = LmDeploy.Text.Tokenizer;

namespace LmDeploy.Bench;

/// <summary>
/// LmDeploy.Text beside Microsoft.ML.Tokenizers with GPT-2's vocabulary, in turns on one core, and the time to render a
/// conversation with tools. Ids are compared: a text whose ids differ is marked.
/// </summary>
internal static class TextBenchmark
{
    private const int Rounds = 15;
    private const int Bytes = 20_000;
    private const int Messages = 1_000;
    private const string SplitExpression = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Tools = """
        [{"type": "function", "function": {"name": "get_weather", "description": "Weather of a place.", "parameters": {"type": "object",
          "properties": {"place": {"type": "string", "description": "City and country."}, "unit": {"enum": ["celsius", "fahrenheit"]}},
          "required": ["place"]}}},
         {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {"type": "object",
          "properties": {"a": {"type": "number"}, "b": {"type": "number"}}, "required": ["a", "b"]}}}]
        """;

    private delegate int[] Encoder(string text);

    /// <param name="textFile">Real text, at best about a megabyte of several kinds.</param>
    /// <param name="gpt2">A folder with GPT-2's tokenizer.json.</param>
    /// <param name="templateFolder">A model folder whose chat template knows tools.</param>
    public static void Run(string textFile, string gpt2, string templateFolder)
    {
        var vocabulary = ReadVocabulary(gpt2);
        (string Name, Func<Encoder> Make)[] tokenizers =
        [
            ("LmDeploy.Text", () => Ours(gpt2)),
            ("BpeTokenizer", () => Bpe(vocabulary.Tokens, vocabulary.Merges)),
            ("TiktokenTokenizer", () => Tiktoken(vocabulary.Tokens)),
        ];
        Console.WriteLine($"{"MB/s of UTF-8, best of " + Rounds,-28} {string.Join(" ", tokenizers.Select(made => $"{made.Name,19}"))}   ours / best peer");
        var real = File.ReadAllText(textFile);
        foreach (var (name, text) in TokenizerBenchmark.Texts(real, Bytes))
        {
            Measure(name, text, tokenizers, calls: 1);
        }

        Measure("messages of 200 characters", real[..200], tokenizers, Messages);
        Render(templateFolder);
    }

    private static void Measure(string name, string text, (string Name, Func<Encoder> Make)[] tokenizers, int calls)
    {
        var (first, again) = (tokenizers.Select(_ => new Samples()).ToArray(), tokenizers.Select(_ => new Samples()).ToArray());
        var ids = new int[tokenizers.Length][];
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < tokenizers.Length; i++)
            {
                var encode = tokenizers[i].Make();
                encode("Compiles what is to be compiled: 1, 2, 3. 你好 🦊\n");
                first[i].Add(Time(() => ids[i] = encode(text)));
                again[i].Add(Time(() =>
                {
                    for (var call = 0; call < calls; call++)
                    {
                        encode(text);
                    }
                }) / calls);
            }
        }

        var differ = Enumerable.Range(1, tokenizers.Length - 1).Where(i => !ids[i].SequenceEqual(ids[0])).Select(
            i => $"{tokenizers[i].Name} has other ids").ToList();
        Print(name + ", first", text, first, differ);
        Print(name + ", again", text, again, differ);
    }

    private static void Print(string name, string text, Samples[] samples, List<string> remarks)
    {
        var speeds = samples.Select(sample => Encoding.UTF8.GetByteCount(text) / 1e3 / sample.Minimum).ToArray();
        var ratio = speeds[0] / speeds[1..].Max();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-28} {string.Join(" ", speeds.Select(speed => speed.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(19)))}   {ratio:0.00}  "
            + $"{string.Join(", ", remarks)}"));
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static Encoder Ours(string folder)
    {
        var tokenizer = Tokenizer.Load(folder);
        return text => tokenizer.Encode(text, addSpecialTokens: false);
    }

    private static Encoder Bpe(IReadOnlyDictionary<string, int> tokens, IReadOnlyList<string> merges)
    {
        var tokenizer = BpeTokenizer.Create(new BpeOptions(tokens)
        {
            Merges = merges,
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(new(SplitExpression, System.Text.RegularExpressions.RegexOptions.Compiled), null),
        });
        return text => [.. tokenizer.EncodeToIds(text)];
    }

    /// <summary>GPT-2's ids are the ranks of its merges, which is what tiktoken's files hold.</summary>
    private static Encoder Tiktoken(IReadOnlyDictionary<string, int> tokens)
    {
        var file = new StringBuilder();
        Span<byte> bytes = stackalloc byte[1024];
        foreach (var (token, id) in tokens.OrderBy(token => token.Value))
        {
            file.Append(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(bytes[..ByteAlphabet.Decode(token, bytes)])} {id}\n");
        }

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(file.ToString()));
        var tokenizer = TiktokenTokenizer.Create(
            stream, new RegexPreTokenizer(new(SplitExpression, System.Text.RegularExpressions.RegexOptions.Compiled), null), normalizer: null);
        return text => [.. tokenizer.EncodeToIds(text)];
    }

    private static (Dictionary<string, int> Tokens, List<string> Merges) ReadVocabulary(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        var model = document.RootElement.GetProperty("model");
        var special = document.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()!).ToHashSet();
        return (
            model.GetProperty("vocab").EnumerateObject().Where(token => !special.Contains(token.Name)).ToDictionary(
                token => token.Name, token => token.Value.GetInt32()),
            [.. model.GetProperty("merges").EnumerateArray().Select(
                merge => merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0]} {merge[1]}")]);
    }

    private static void Render(string folder)
    {
        var template = ChatTemplate.Load(folder);
        var tools = JsonElement.Parse(Tools);
        RenderedMessage[] messages =
        [
            new("system", "You are a helpful assistant."),
            new("user", "What is 17 + 25?"),
            new("assistant", "It is 42."),
            new("user", "And how is the weather there?"),
        ];
        var samples = new Samples();
        var length = 0;
        for (var round = 0; round < 2_000; round++)
        {
            samples.Add(1000 * Time(() => length = template.Render(messages, tools).Length));
        }

        Console.WriteLine($"render 4 messages and 2 tools, {length} characters, microseconds: {samples}");
    }
}
