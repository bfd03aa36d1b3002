using CsCheck;
using LmDeploy.Answers;

namespace LmDeploy.Supervisor.Tests.Http.Answers;

/// <summary>However an answer's text is cut into pieces, its parts are the same.</summary>
public sealed class AnswerReaderTests
{
    private static readonly HashSet<string> Functions = ["get_weather", "get_time"];

    private static readonly string[] Fragments = ["<think>", "</think>", "<tool_call>", "</tool_call>", "{", "}", "[TOOL_CALLS]", "<|python", "_tag|>", "x", " ", "\n", "\"name\":"];

    public static TheoryData<string, bool, string, string, string> Answers => new()
    {
        // text, prompt ends in <think>; reasoning, content, calls
        { "Hello there.", false, "", "Hello there.", "" },
        { "<think>\nHm.\n</think>\n\nYes.", false, "Hm.", "Yes.", "" },
        { "\nHm, so.\n</think>\n\nYes.", true, "Hm, so.", "Yes.", "" },
        { "Never ends", true, "Never ends", "", "" },
        { "a < b and <thing", false, "", "a < b and <thing", "" },
        { "<thin", false, "", "<thin", "" },
        { "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>", false, "", "", "get_weather{\"city\": \"Oslo\"}" },
        {
            "Let me see.\n<tool_call>{\"name\":\"get_time\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"city\":\"</a>\"}}</tool_call>",
            false, "", "Let me see.", "get_time{} get_weather{\"city\":\"</a>\"}"
        },
        { "<think>x</think><tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}</tool_call>", false, "x", "", "f{\"a\":1}" },
        { "<tool_call>not json</tool_call> so", false, "", "<tool_call>not json</tool_call> so", "" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}", false, "", "", "f{\"a\":1}" },
        { "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Rome\"}}", false, "", "", "get_weather{\"city\": \"Rome\"}" },
        { "{\"name\": \"Bob\", \"age\": 5}", false, "", "{\"name\": \"Bob\", \"age\": 5}", "" },
        { "<|python_tag|>{\"name\": \"get_time\", \"parameters\": {}}; {\"name\": \"get_time\", \"parameters\": {\"zone\": \"z\"}}", false, "", "", "get_time{} get_time{\"zone\": \"z\"}" },
        { "[TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Rome\"}}]", false, "", "", "get_weather{\"city\": \"Rome\"}" },
        { "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Rome\"}[TOOL_CALLS]get_time{}", false, "", "", "get_weather{\"city\": \"Rome\"} get_time{}" },
        { "[TOOL_CALLS]oops", false, "", "[TOOL_CALLS]oops", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Parts_AreToldApartHoweverTheyCome(string text, bool isThinking, string reasoning, string content, string calls)
    {
        Read([text], isThinking).ShouldBe((reasoning, content, calls));
        Gen.Int[1, Math.Max(text.Length, 1)].Array[1, 40].Sample(lengths => Read(Cut(text, lengths), isThinking).ShouldBe((reasoning, content, calls)), iter: 300);
    }

    [Fact]
    public void AnyText_LosesNothing() => Gen.OneOf(Array.ConvertAll(Fragments, fragment => (Gen<string>)Gen.Const(fragment))).Array[0, 12].Select(string.Concat)
        .Sample(
            text =>
            {
                var whole = Read([text], isThinking: false);
                Read([.. text.Select(character => character.ToString())], isThinking: false).ShouldBe(whole);
                (whole.Reasoning + whole.Content + whole.Calls).Count(character => character == 'x').ShouldBe(text.Count(character => character == 'x'));
            },
            iter: 5000);

    [Fact]
    public void ForcedCall_IsOneWhateverItSays()
    {
        Read(["{\"ci", "ty\":\"Oslo\"}"], new ForcedCallReader("get_weather")).ShouldBe(("", "", "get_weather{\"city\":\"Oslo\"}"));
        Read(["{\"name\":\"get_time\",", "\"parameters\":{}}"], new ForcedCallReader(null)).ShouldBe(("", "", "get_time{}"));
        Read(["{\"name\":\"get_ti"], new ForcedCallReader(null)).ShouldBe(("", "{\"name\":\"get_ti", ""));
    }

    private static IEnumerable<string> Cut(string text, int[] lengths)
    {
        for (var (position, i) = (0, 0); position < text.Length; i++)
        {
            var length = Math.Min(lengths[i % lengths.Length], text.Length - position);
            yield return text.Substring(position, length);
            position += length;
        }
    }

    private static (string Reasoning, string Content, string Calls) Read(IEnumerable<string> texts, bool isThinking) => Read(texts, new ReasoningReader(isThinking, new ToolCallReader(Functions)));

    private static (string Reasoning, string Content, string Calls) Read(IEnumerable<string> texts, IAnswerReader reader)
    {
        var pieces = new List<AnswerPiece>();
        foreach (var text in texts)
        {
            reader.Add(text, pieces);
        }

        reader.Finish(pieces);
        pieces.ShouldAllBe(piece => piece.Text.Length > 0);
        var calls = pieces.Where(piece => piece.Part is AnswerPart.CallName or AnswerPart.CallArguments).GroupBy(piece => piece.Call).OrderBy(call => call.Key).Select(call => string.Concat(call.Select(piece => piece.Text)));
        return (TextOf(AnswerPart.Reasoning), TextOf(AnswerPart.Content), string.Join(' ', calls));

        string TextOf(AnswerPart part) => string.Concat(pieces.Where(piece => piece.Part == part).Select(piece => piece.Text));
    }
}
