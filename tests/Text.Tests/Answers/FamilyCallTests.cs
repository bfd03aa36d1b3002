using LmDeploy.Tests.Answers;
using System.Text.Json;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Tests.Answers;

/// <summary>Calls as families write them whose words only their own tokenizers or templates have.</summary>
public sealed class FamilyCallTests
{
    private const string Tools = """
        [{"type":"function","function":{"name":"f","parameters":{"type":"object","$defs":{"n":{"type":"integer"}},
          "properties":{"a":{"type":"integer"},"s":{"type":"string"},"r":{"$ref":"#/$defs/n"},
        "loop":{"$ref":"#/properties/loop"}}}}},{"type":"function","function":{"name":"g"}}]
        """;

    private const string DeepSeek = "<｜tool▁calls▁begin｜>";
    private const string Kimi = "<|tool_calls_section_begin|>";

    public static TheoryData<string, string, string, string, string> Answers => new()
    {
        // a word of the template, the answer; reasoning, content, calls
        {
            DeepSeek,
            "Ok.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"s\": \"``` "
            + "<｜tool▁call▁end｜>\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "", "Ok.", "f{\"s\": \"``` <｜tool▁call▁end｜>\"} g{}"
        },
        { DeepSeek, "<think>so</think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "so", "", "f{\"a\": 1}" },
        { DeepSeek, "x\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": ", "",
            "x\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": ", "" },
        { DeepSeek, "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": 1}<｜tool▁call▁end｜>", "", "", "f{\"a\": 1}" },
        {
            Kimi,
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{\"a\": 1}<|tool_call_end|>"
            + "<|tool_call_begin|>functions.g:1<|tool_call_argument_begin|><|tool_call_end|><|tool_calls_section_end|>",
            "", "", "f{\"a\": 1} g{}"
        },
        { Kimi, "<|tool_calls_section_begin|>no call", "", "<|tool_calls_section_begin|>no call", "" },
        { "<|tool_call|>", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}, {\"name\": \"g\"}]<|/tool_call|>", "", "", "f{\"a\": 1} g{}" },
        { "<|action_start|>", "Ok.<|action_start|><|plugin|>\n{\"name\": \"f\", \"parameters\": {\"a\": 1}}<|action_end|>\n", "", "Ok.", "f{\"a\": 1}" },
        { "<|action_start|>", "<|action_start|><|interpreter|>\nprint(1)<|action_end|>", "", "<|action_start|><|interpreter|>\nprint(1)<|action_end|>", "" },
        {
            "<tool_call><arg_key>",
            "Ok.<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>1</arg_value>\n<arg_key>s</arg_key>\n<arg_value>x </tool_call> </arg_value> "
            + "y</arg_value>\n</tool_call>\n<tool_call>g</tool_call>",
            "", "Ok.", "f{\"a\":1,\"s\":\"x </tool_call> </arg_value> y\"} g{}"
        },
        { "<tool_call><arg_key>", "<tool_call>f<arg_key>a</arg_key><arg_value>1</arg_value>", "", "", "f{\"a\":1}" },
        { "<tool_call><arg_key>", "<tool_call>f<arg_key>a</arg_key><arg_val", "", "<tool_call>f<arg_key>a</arg_key><arg_val", "" },
        { "<tool_call><arg_key>", "The word <tool_call> begins a call.", "", "The word <tool_call> begins a call.", "" },
        { "<|observation|>", "\nf\n{\"a\": 1}", "", "", "f{\"a\": 1}" },
        { "<|observation|>", "f is what I call.", "", "f is what I call.", "" },
        { "<|observation|>", "f\n{\"a\": 1} and more", "", "f\n{\"a\": 1} and more", "" },

        {
            "<minimax:tool_call>",
            "Ok.\n<minimax:tool_call>\n<invoke name=\"f\">\n<parameter name=\"a\">1</parameter>\n<parameter name=\"s\">x </parameter> </invoke> y\n"
            + "</parameter>\n"
            + "</invoke>\n<invoke name=\"g\">\n</invoke>\n</minimax:tool_call>",
            "", "Ok.", "f{\"a\":1,\"s\":\"x </parameter> </invoke> y\\n\"} g{}"
        },
        {
            "<｜DSML｜function_calls>",
            "so</think><｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n<｜DSML｜parameter name=\"s\" string=\"true\">5</｜DSML｜parameter>\n"
            + "<｜DSML｜parameter name=\"a\" string=\"false\">5</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>",
            "so", "", "f{\"s\":\"5\",\"a\":5}"
        },
        {
            "<|tool_call>",
            "<|channel>thought\nso\n<channel|><|tool_call>call:f{s:<|\"|>a <tool_call|> }<|\"|>,a:-1,l:[1.5,true,null,{x:<|\"|>y<|\"|>}]}<tool_call|>"
            + "<|tool_call>call:g{}<tool_call|>",
            "", "<|channel>thought\nso\n<channel|>", "f{\"s\":\"a <tool_call|> }\",\"a\":-1,\"l\":[1.5,true,null,{\"x\":\"y\"}]} g{}"
        },
        { "<|channel>thought\n", "<|channel>thought\nso\n<channel|>yes", "so", "yes", "" },
        { "<|tool_call>", "<|tool_call>call:f{a:1", "", "<|tool_call>call:f{a:1", "" },
        {
            "<|tool_call_start|>",
            "<|tool_call_start|>[f(s=\"it's \\\"x\\\" ]\\n\", a=1), f(s='a, b=2)', r=None, l=[True, (1, 2), {'k': -1.5e3}]), g()]<|tool_call_end|>Done.",
            "", "Done.",
            "f{\"s\":\"it's \\\"x\\\" ]\\n\",\"a\":1} f{\"s\":\"a, b=2)\",\"r\":null,\"l\":[true,[1,2],{\"k\":-1500}]} g{}"
        },
        { "<|tool_call_start|>", "<|tool_call_start|>[f(s=x y)]<|tool_call_end|>", "", "<|tool_call_start|>[f(s=x y)]<|tool_call_end|>", "" },
        { "<|python_start|>", "[f(a=1), g()]", "", "", "f{\"a\":1} g{}" },
        { "<|python_start|>", "[h(a=1)]", "", "[h(a=1)]", "" },
        { "<|python_start|>", "[1, 2, 3] is a list", "", "[1, 2, 3] is a list", "" },
        { "<|python_start|>", "<|python_start|>[f(a=1)]<|python_end|>", "", "", "f{\"a\":1}" },
        {
            "<seed:tool_call><seed:think>",
            "<seed:think>so</seed:think><seed:tool_call>\n<function=f>\n<parameter=a>1</parameter>\n</function>\n</seed:tool_call>", "so", "", "f{\"a\":1}"
        },
        { "<tool_calls>", "<tool_calls>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]</tool_calls>", "", "", "f{\"a\": 1}" },
        { "<TOOLCALL>", "<think>so</think><TOOLCALL>[{\"name\": \"g\", \"arguments\": {}}]</TOOLCALL>", "so", "", "g{}" },
        { "<|tool_call|>", "<|tool_call|>[{\"name\": \"f\", \"arguments\": {\"a\": 1}}]", "", "", "f{\"a\": 1}" },
        {
            "<|START_ACTION|><|START_THINKING|>",
            "<|START_THINKING|>so<|END_THINKING|>"
            + "<|START_ACTION|>[\n    {\"tool_call_id\": \"0\", \"tool_name\": \"f\", \"parameters\": {\"a\": 1}}\n]<|END_ACTION|>",
            "so", "", "f{\"a\": 1}"
        },
        { "<|tools_prefix|>", "Ok.<|tools_prefix|>[{\"f\": {\"a\": 1}}, {\"g\": {}}]<|tools_suffix|>", "", "Ok.", "f{\"a\": 1} g{}" },
        { "<function= <|eom_id|>", "<function=f>{\"a\": 1}</function><function=g>{}</function>", "", "", "f{\"a\": 1} g{}" },

        // Qwen3-Coder forgets the word before the call, and not the one behind it; types may be said elsewhere in the schema.
        { "<tool_call><function=", "See:\n<function=f>\n<parameter=r>\n5\n</parameter>\n</function>\n</tool_call>", "", "See:", "f{\"r\":5}" },
        { "<tool_call><function=", "<function=f>\n<parameter=loop>\n5\n</parameter>\n</function>\n</tool_call>\nso", "", "so", "f{\"loop\":\"5\"}" },
        { "<tool_call><function=", "The word </tool_call> ends a call.", "", "The word </tool_call> ends a call.", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Calls_AreReadHoweverTheyCome(string template, string text, string reasoning, string content, string calls)
    {
        var format = AnswerFormats.Of(_ => false, template);
        foreach (var length in new[] { 1, 2, 3, 7, 1000 })
        {
            var reader = format.CreateReader("", ToolSet.Of(JsonElement.Parse(Tools)), isGuided: false);
            var pieces = new List<AnswerPiece>();
            foreach (var piece in text.Chunk(length))
            {
                reader.Add(new string(piece), pieces);
            }

            reader.Finish(pieces);
            Parts.Of(pieces).ShouldBe((reasoning, content, calls));
        }
    }

    [Fact]
    public void WordsOfCalls_AreShown_WhereTheModelHasThem()
    {
        AnswerFormats.Of(word => word == DeepSeek, "").Words(readsCalls: true).ShouldContain("<｜tool▁sep｜>");
        AnswerFormats.Of(word => word == "<tool_call>", "").Words(readsCalls: true).ShouldNotContain("<｜tool▁sep｜>");
    }
}
