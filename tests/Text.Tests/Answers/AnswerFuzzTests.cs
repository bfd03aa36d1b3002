using System.Globalization;
using System.Text;
using System.Text.Json;
using LmDeploy.Tests.Answers;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Tests.Answers;

/// <summary>Answers thrown together from a format's own words, well-formed and not: none is lost, and how they are cut makes no difference.</summary>
public sealed class AnswerFuzzTests
{
    private const int Answers = 2000;
    private const string Tools = """
        [{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}}}},
         {"type":"function","function":{"name":"g"}}]
        """;

    /// <summary>Parts of calls of all formats.</summary>
    private static readonly string[] _common =
    [
        "{\"name\": \"f\", \"arguments\": {\"a\": \"@\"}}", "{\"name\": \"f\", \"arguments\": {\"a\": \"@", "[{\"name\": \"g\"}]",
        "{\"tool_name\":\"f\",\"parameters\":{\"a\":\"@\"}}",
        "f", "g", "{\"a\": \"@\"}", "{", "}", "[", "]", "\"", "`", "<", ">", "</", "\n", " ", "@", "@ @", "f(a=\"@\", b=1)", "[f(a='@'), g()]", "[f(a='@",
        "call:f{a:<|\"|>@<|\"|>,b:2}", "call:g{}", "<function=f>", "</function>", "<parameter=a>", "</parameter>", "<parameter=a>\n@\n</parameter>",
        "<invoke name=\"f\">", "<parameter name=\"a\">@</parameter>", "</invoke>", "<｜DSML｜invoke name=\"f\">",
        "<｜DSML｜parameter name=\"a\" string=\"true\">@</｜DSML｜parameter>", "</｜DSML｜invoke>", "<arg_key>a</arg_key><arg_value>@</arg_value>",
        "functions.f:0", "```json\n{\"a\": \"@\"}\n```", "日本", "🎉",
    ];

    public static TheoryData<string> Formats => [.. AnswerFormats.Names];

    [Theory]
    [MemberData(nameof(Formats))]
    public void NothingIsLost_HoweverItIsCut(string name)
    {
        var format = AnswerFormats.Named(name).ShouldNotBeNull();
        var random = new Random(19);
        string[] words = [.. format.Words(readsCalls: true), .. _common];
        for (var i = 0; i < Answers; i++)
        {
            var answer = new StringBuilder();
            var marks = new List<string>();
            for (var length = random.Next(1, 14); length > 0; length--)
            {
                // Each mark is a word of its own.
                foreach (var part in words[random.Next(words.Length)].Split('@').Index())
                {
                    if (part.Index > 0)
                    {
                        marks.Add(string.Create(CultureInfo.InvariantCulture, $"m{marks.Count}x"));
                        answer.Append(marks[^1]);
                    }

                    answer.Append(part.Item);
                }
            }

            var whole = Read(format, [answer.ToString()]);
            var text = string.Join('\n', whole.Reasoning, whole.Content, whole.Calls);

            marks.Where(mark => !text.Contains(mark, StringComparison.Ordinal)).ShouldBeEmpty($"{answer}\n=> {whole}");
            Read(format, [.. answer.ToString().Select(character => character.ToString())]).ShouldBe(whole, answer.ToString());
            Read(format, Cut(answer.ToString(), random)).ShouldBe(whole, answer.ToString());
        }
    }

    private static List<string> Cut(string text, Random random)
    {
        var pieces = new List<string>();
        while (text.Length > 0)
        {
            var length = random.Next(1, text.Length + 1);
            pieces.Add(text[..length]);
            text = text[length..];
        }

        return pieces;
    }

    private static (string Reasoning, string Content, string Calls) Read(AnswerFormat format, IReadOnlyList<string> texts)
    {
        var reader = format.CreateReader("", ToolSet.Of(JsonElement.Parse(Tools)), isGuided: false);
        var pieces = new List<AnswerPiece>();
        foreach (var text in texts)
        {
            reader.Add(text, pieces);
        }

        reader.Finish(pieces);
        return Parts.Of(pieces);
    }
}
