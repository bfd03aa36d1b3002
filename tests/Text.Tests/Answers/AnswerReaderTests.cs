using LmDeploy.Tests.Answers;
using System.Text.Json;
using CsCheck;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Tests.Answers;

/// <summary>However an answer's text is cut into pieces, its parts are the same.</summary>
public sealed class AnswerReaderTests
{
    private const string Tools = """
        [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
          "properties":{"city":{"type":"string"},"days":{"type":"integer"},"hourly":{"type":["boolean","null"]},
        "places":{"anyOf":[{"type":"array"},{"type":"null"}]},"unit":{"enum":["C","F"]}}}}},
        {"type":"function","function":{"name":"get_time","parameters":{}}},{"type":"function","function":{"name":"f"}}]
        """;

    private static readonly string[] _fragments =
    [
        "<think>", "</think>", "[THINK]", "[/THINK]", "<tool_call>", "</tool_call>", "{", "}", "[TOOL_CALLS]",
            "[ARGS]", "<|python", "_tag|>", "x", " ", "\n", "\"name\":", "\"", "`", "<function=", "f", ">",
        "<parameter=", "</parameter>", "</function>", "{\"name\":\"f\"}", "[{\"name\":\"f\"}]", "```", ";", "<",
    ];

    private static readonly string[] _harmonyFragments =
    [
        "<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>", "<|constrain|>", "assistant", "analysis",
        "final", "commentary", " to=functions.f", "json", "{\"a\":1}", "<|message|>x", " ", "\n", "<|", // What is in no header is not lost.
    ];

    public static TheoryData<string, string, string, string, string> Tagged => new()
    {
        // text, end of the prompt; reasoning, content, calls
        { "Hello there.", "", "", "Hello there.", "" },
        { "<think>\nHm.\n</think>\n\nYes.", "", "Hm.", "Yes.", "" },
        { "\nHm, so.\n</think>\n\nYes.", "<think>\n", "Hm, so.", "Yes.", "" },
        { "[THINK]Hm.[/THINK]Yes.", "", "Hm.", "Yes.", "" },
        { "Hm.</seed:think>Yes.", "<seed:think>", "Hm.", "Yes.", "" },
        { "Never ends", "<think>", "Never ends", "", "" },
        { "Yes.", "<think>\n\n</think>\n\n", "", "Yes.", "" },
        { "a < b and <thing", "", "", "a < b and <thing", "" },
        { "<thin", "", "", "<thin", "" },

        // A thought that was not opened, or opened twice, and words that are only mentioned.
        { "I plan it.\n</think>\n\nHello!", "", "I plan it.", "Hello!", "" },
        { "I plan it.</think>Hello!", "<think>\n\n</think>\n\n", "I plan it.", "Hello!", "" },
        { "</think>\n\nHello!", "", "", "Hello!", "" },
        { "<think>\nHm.</think>Yes.", "<think>\n", "Hm.", "Yes.", "" },
        { "<think>one</think>\n<think>two</think>\nYes.", "", "one\ntwo", "Yes.", "" },
        { "<think>one</think>two</think>Yes.", "", "one\ntwo", "Yes.", "" },
        { "Say <think>x</think> for it.", "", "", "Say <think>x</think> for it.", "" },
        { "End it with `</think>`.", "", "", "End it with `</think>`.", "" },
        { "I write `</think>` last.</think>Yes.", "<think>", "I write `</think>` last.", "Yes.", "" },

        // Calls of Hermes and Qwen.
        { "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>", "", "", "", "get_weather{\"city\": \"Oslo\"}" },
        {
            "Let me see.\n<tool_call>{\"name\":\"get_time\",\"arguments\":{}}</tool_call>\n"
            + "<tool_call>{\"name\":\"get_weather\",\"arguments\":{\"city\":\"</a>\"}}</tool_call>",
            "", "", "Let me see.", "get_time{} get_weather{\"city\":\"</a>\"}"
        },
        { "<think>x</think><tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}</tool_call>", "", "x", "", "f{\"a\":1}" },
        { "<tool_call>{\"name\": \"f\", \"arguments\": {\"t\": \"a </tool_call> \\\" b\"}}</tool_call>", "", "", "", "f{\"t\": \"a </tool_call> \\\" b\"}" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}", "", "", "", "f{\"a\":1}" },
        { "<tool_call>{\"name\":\"f\",\"arguments\":\"\"}</tool_call>", "", "", "", "f{}" },
        { "<tool_call>{\"name\":\"f\"}</tool_call>\n\nDone.", "", "", "Done.", "f{}" },
        { "One. <tool_call>{\"name\":\"f\"}</tool_call>\nTwo.", "", "", "One.\nTwo.", "f{}" },

        // A call in a thought ends it; what is none stays in it.
        { "I call <tool_call>{\"name\":\"f\"}</tool_call>", "<think>", "I call", "", "f{}" },
        { "I call <tool_call>{\"name\":\"f\"}</tool_call>\n</think>\n\nDone.", "<think>", "I call", "Done.", "f{}" },
        { "I use <tool_call> then.</think>Yes.", "<think>", "I use <tool_call> then.", "Yes.", "" },
        { "I use <tool_call>{\"name\":</think>Yes.", "<think>", "I use <tool_call>{\"name\":", "Yes.", "" },

        // What is no call stays, white space included.
        { "<tool_call>not json</tool_call> so", "", "", "<tool_call>not json</tool_call> so", "" },
        { "Costs:\n\n- a\n\n<tool_call>{\"name\": \"f\"", "", "", "Costs:\n\n- a\n\n<tool_call>{\"name\": \"f\"", "" },
        { "Costs:\n\n<tool_call>[1, 2]</tool_call>\n\nend\n", "", "", "Costs:\n\n<tool_call>[1, 2]</tool_call>\n\nend\n", "" },
        { "<tool_call>oops <tool_call>{\"name\":\"f\"}</tool_call>", "", "", "<tool_call>oops", "f{}" },
        { " \n", "", "", " \n", "" },

        // Qwen3-Coder's.
        {
            "<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n3\n</parameter>\n"
            + "<parameter=hourly>\nTrue\n</parameter>\n</function>\n</tool_call>",
            "", "", "", "get_weather{\"city\":\"Oslo\",\"days\":3,\"hourly\":true}"
        },
        {
            "<tool_call>\n<function=get_weather>\n<parameter=city>\n\"</tool_call> </parameter> </function>\nØ\n</parameter>\n<parameter=places>\n[1, "
            + "{\"a\": 2}]\n</parameter>\n<parameter=unit>\n1\n</parameter>\n</function>\n</tool_call>",
            "", "", "", "get_weather{\"city\":\"\\\"</tool_call> </parameter> </function>\\nØ\",\"places\":[1,{\"a\":2}],\"unit\":\"1\"}"
        },
        { "See:\n<function=get_time>\n</function>", "", "", "See:", "get_time{}" },
        { "<tool_call>\n<function=get_time>\n</function>\n</tool_call>\n<tool_call>\n<function=f>\n<parameter=a>\nb\n</parameter>\n</function>\n</tool_call>",
            "", "", "", "get_time{} f{\"a\":\"b\"}" },
        { "<tool_call>\n<function=get_time>\n<parameter=a>", "", "", "<tool_call>\n<function=get_time>\n<parameter=a>", "" },

        // Llama's.
        { "{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Rome\"}}", "", "", "", "get_weather{\"city\": \"Rome\"}" },
        { "{\"name\": \"Bob\", \"age\": 5}", "", "", "{\"name\": \"Bob\", \"age\": 5}", "" },
        { "{\"name\": \"f\"} and more", "", "", "{\"name\": \"f\"} and more", "" },
        { "<|python_tag|>{\"name\": \"get_time\", \"parameters\": {}}; {\"name\": \"get_time\", \"parameters\": {\"zone\": \"z\"}}",
            "", "", "", "get_time{} get_time{\"zone\": \"z\"}" },

        // Mistral's.
        { "[TOOL_CALLS] [{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Rome\"}}]", "", "", "", "get_weather{\"city\": \"Rome\"}" },
        { "[TOOL_CALLS]get_weather[ARGS]{\"city\": \"Rome\"}[TOOL_CALLS]get_time{}", "", "", "", "get_weather{\"city\": \"Rome\"} get_time{}" },
        { "[TOOL_CALLS]f[CALL_ID]abc[ARGS]{\"t\": \"a [TOOL_CALLS] b\"}", "", "", "", "f{\"t\": \"a [TOOL_CALLS] b\"}" },
        { "[TOOL_CALLS]oops", "", "", "[TOOL_CALLS]oops", "" },
    };

    public static TheoryData<string, string, string, string, string> Harmony => new()
    {
        { "<|channel|>analysis<|message|>two and two<|end|><|start|>assistant<|channel|>final<|message|>It is 4.",
            "<|start|>assistant", "two and two", "It is 4.", "" },
        { "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"a\": 1}", "<|start|>assistant", "", "", "f{\"a\": 1}" },
        { " to=functions.f<|channel|>commentary json<|message|>{\"a\": 1}<|call|>", "<|end|><|start|>assistant", "", "", "f{\"a\": 1}" },
        { "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>commentary to=functions.f<|message|>{}<|end|>",
            "", "", "I look.", "f{}" },
        { "<|channel|>commentary to=functions.f<|message|>{\"a\": ", "", "", "{\"a\": ", "" },
        { "<|channel|>commentary to=functions.other<|message|>{}", "", "", "{}", "" },
        {
            "<|channel|>analysis to=python<|message|>print(1)<|end|><|channel|>analysis<|message|>so<|end|><|start|>assistant<|channel|>final"
            + "<|message|>1<|return|>",
            "",
            "print(1)\nso",
            "1",
            ""
        },
        { "Plain text, a <|tag|>.", "<|start|>assistant", "", "Plain text, a <|tag|>.", "" },
        { "here.<|return|>", "<|start|>assistant<|channel|>final<|message|>It is ", "", "here.", "" },
        { "<|channel|>anal", "<|start|>assistant", "", "", "" },
    };

    [Theory]
    [MemberData(nameof(Tagged))]
    public void Parts_AreToldApartHoweverTheyCome(string text, string promptEnd, string reasoning, string content, string calls) =>
        Check(TaggedFormat(), text, promptEnd, (reasoning, content, calls));

    [Theory]
    [MemberData(nameof(Harmony))]
    public void Parts_OfHarmony_AreToldApartHoweverTheyCome(string text, string promptEnd, string reasoning, string content, string calls) =>
        Check(HarmonyFormat(), text, promptEnd, (reasoning, content, calls));

    [Fact]
    public void AnyText_LosesNothing_AndIsTheSameHoweverItIsCut() => CheckAny(_fragments, TaggedFormat());

    [Fact]
    public void AnyText_OfHarmony_LosesNothing_AndIsTheSameHoweverItIsCut() => CheckAny(_harmonyFragments, HarmonyFormat());

    [Fact]
    public void LongCalls_AreReadInLinearTime()
    {
        // A million characters, one by one: with work for all that came before at each of them this would never end.
        var arguments = $"{{\"text\": \"{new string('y', 1_000_000)}\"}}";
        Read(Letters($"<tool_call>{{\"name\": \"f\", \"arguments\": {arguments}}}</tool_call>"),
            Reader(TaggedFormat())).Calls.Length.ShouldBe(arguments.Length + 1);
        Read(Letters($"<tool_call>{{\"name\": \"f\", \"arguments\": {arguments}"), Reader(TaggedFormat())).Content.Length.ShouldBeGreaterThan(arguments.Length);
    }

    [Fact]
    public void HiddenTokens_StandBetweenTheFieldsOfAHeader()
    {
        var reader = Reader(HarmonyFormat());
        var pieces = new List<AnswerPiece>();
        reader.Add("<|start|>assistant", pieces);
        reader.AddHidden();
        reader.Add("final", pieces);
        reader.AddHidden();
        reader.Add("Hello!", pieces);
        reader.AddHidden();
        reader.Finish(pieces);
        pieces.ShouldHaveSingleItem().Text.ShouldBe("Hello!");
    }

    [Fact]
    public void ForcedCall_IsOneWhateverItSays()
    {
        Read(["{\"ci", "ty\":\"Oslo\"}"], new ForcedCallReader("get_weather")).ShouldBe(("", "", "get_weather{\"city\":\"Oslo\"}"));
        Read(["{\"name\":\"get_time\",", "\"parameters\":{}}"], new ForcedCallReader("")).ShouldBe(("", "", "get_time{}"));
        Read(["{\"name\":\"get_ti"], new ForcedCallReader("")).ShouldBe(("", "{\"name\":\"get_ti", ""));
    }

    [Fact]
    public void WithoutTools_CallsAreText()
    {
        const string Text = "I <tool_call>{\"name\":\"f\"}</tool_call>";
        Read([Text], TaggedFormat().CreateReader("", ToolSet.None, isGuided: false)).ShouldBe(("", Text, ""));
        Read([Text], TaggedFormat().CreateReader("<think>", ToolSet.None, isGuided: false)).ShouldBe((Text, "", ""));
    }

    [Fact]
    public void GuidedAnswers_HaveNoThoughts()
    {
        const string Text = "{\"a\": \"x</think>y\"}";
        Read([Text], TaggedFormat().CreateReader("<think>", ToolSet.None, isGuided: true)).ShouldBe(("", Text, ""));
        Read([Text], TaggedFormat().CreateReader("<think>", AllTools(), isGuided: true)).ShouldBe(("", Text, ""));
        Read([Text], HarmonyFormat().CreateReader("<|start|>assistant", AllTools(), isGuided: true)).ShouldBe(("", Text, ""));
    }

    [Fact]
    public void TheWordsOfAModel_AreThoseThatItsTokensOrItsTemplateHave()
    {
        AnswerFormats.Of(_ => false, "... '[TOOL_CALLS]' ...").Words(readsCalls: true)
            .ShouldBe(["<think>", "</think>", "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", ""]);
        AnswerFormats.Of(word => word == "[THINK]", "").Words(readsCalls: false).ShouldBe(["<think>", "</think>", "[THINK]", "[/THINK]"]);
        AnswerFormats.Of(_ => false, "").Words(readsCalls: true).ShouldContain("<tool_call>");
        AnswerFormats.Of(word => word is "<|channel|>" or "<|message|>", "").ShouldBeOfType<HarmonyFormat>();
    }

    private static AnswerFormat TaggedFormat() => AnswerFormats.Of(word => !word.StartsWith("<|", StringComparison.Ordinal) || word == "<|python_tag|>", "");

    private static AnswerFormat HarmonyFormat() => AnswerFormats.Of(_ => true, "");

    private static ToolSet AllTools() => ToolSet.Of(JsonSerializer.Deserialize<JsonElement>(Tools));

    private static IAnswerReader Reader(AnswerFormat format, string promptEnd = "") => format.CreateReader(promptEnd, AllTools(), isGuided: false);

    private static IEnumerable<string> Letters(string text) => text.Select(letter => letter.ToString());

    private static void Check(AnswerFormat format, string text, string promptEnd, (string Reasoning, string Content, string Calls) expected)
    {
        Read([text], Reader(format, promptEnd)).ShouldBe(expected);
        Gen.Int[1, Math.Max(text.Length, 1)].Array[1, 40].Sample(lengths => Read(Cut(text, lengths), Reader(format, promptEnd)).ShouldBe(expected), iter: 300);
    }

    private static void CheckAny(string[] fragments, AnswerFormat format) =>
        Gen.Select(Gen.Int[0, fragments.Length - 1].Select(i => fragments[i]).Array[0, 24].Select(string.Concat), Gen.Int[1, 5].Array[1, 5], Gen.Bool).Sample(
        (text, lengths, isThinking) =>
        {
            var promptEnd = isThinking ? "<think>" : "";
            var whole = Read([text], Reader(format, promptEnd));
            Read(Letters(text), Reader(format, promptEnd)).ShouldBe(whole);
            Read(Cut(text, lengths), Reader(format, promptEnd)).ShouldBe(whole);
            (whole.Reasoning + whole.Content + whole.Calls).Count(character => character == 'x').ShouldBe(text.Count(character => character == 'x'));
        },
        iter: 20_000);

    private static IEnumerable<string> Cut(string text, int[] lengths)
    {
        for (var (position, i) = (0, 0); position < text.Length; i++)
        {
            var length = Math.Min(lengths[i % lengths.Length], text.Length - position);
            yield return text.Substring(position, length);
            position += length;
        }
    }

    private static (string Reasoning, string Content, string Calls) Read(IEnumerable<string> texts, IAnswerReader reader)
    {
        var pieces = new List<AnswerPiece>();
        foreach (var text in texts)
        {
            reader.Add(text, pieces);
        }

        reader.Finish(pieces);
        return Parts.Of(pieces);
    }
}
