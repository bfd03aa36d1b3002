using System.Diagnostics;
using System.Globalization;
using System.Text;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Bench;

/// <summary>How fast tokenizers encode on one core: real text, and texts that would show whatever is worse than linear.</summary>
internal static class TokenizerBenchmark
{
    private const int Bytes = 1_000_000;
    private const int Rounds = 3;

    /// <param name="textFile">Real text, at best about a megabyte of several kinds.</param>
    /// <param name="folders">Model folders with a tokenizer.</param>
    public static void Run(string textFile, IReadOnlyList<string> folders)
    {
        var texts = Texts(File.ReadAllText(textFile), Bytes);
        Console.WriteLine($"{"MB/s, first and best of " + Rounds,-28} {string.Join(" ", texts.Select(text => $"{text.Name,15}"))}");
        foreach (var folder in folders)
        {
            var speeds = texts.Select(text => $"{Measure(folder, text.Text),15}");
            Console.WriteLine($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),-28} {string.Join(" ", speeds)}");
        }
    }

    /// <summary>With a tokenizer of its own: the first round has no word in its cache.</summary>
    private static string Measure(string folder, string text)
    {
        var tokenizer = ModelTokenizer.Load(folder);
        tokenizer.Encode("Compiles what is to be compiled: 1, 2, 3. 你好 🦊\n", addSpecialTokens: false);
        var speeds = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            tokenizer.Encode(text, addSpecialTokens: false);
            speeds.Add(Encoding.UTF8.GetByteCount(text) / 1e6 / watch.Elapsed.TotalSeconds);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{speeds[0]:0.00}/{speeds.Max():0.00}");
    }

    /// <summary>Real text, and texts of a size that would show whatever is worse than linear.</summary>
    public static IReadOnlyList<(string Name, string Text)> Texts(string real, int bytes)
    {
        var random = new Random(7);
        return
        [
            ("real", real),
            ("one word", new string('a', bytes)),
            ("mixed word", Fill(bytes, () => (char)('a' + random.Next(26)) + "")),
            ("digits", Fill(bytes, () => (char)('0' + random.Next(10)) + "")),
            ("spaces", new string(' ', bytes)),
            ("line breaks", new string('\n', bytes)),
            ("marks", Fill(bytes, () => "!?.,-*#"[random.Next(7)] + "")),
            ("emoji", Fill(bytes, () => char.ConvertFromUtf32(0x1F600 + random.Next(80)))),
            ("CJK", Fill(bytes, () => char.ConvertFromUtf32(0x4E00 + random.Next(20_000)))),
            ("accents", Fill(bytes, () => "e\u0301")),
        ];
    }

    private static string Fill(int size, Func<string> next)
    {
        var text = new StringBuilder();
        for (var bytes = 0; bytes < size;)
        {
            var piece = next();
            text.Append(piece);
            bytes += Encoding.UTF8.GetByteCount(piece);
        }

        return text.ToString();
    }
}
