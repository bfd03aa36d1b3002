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
