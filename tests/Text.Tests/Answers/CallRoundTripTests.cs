using System.Text.Json;
using System.Text.Json.Nodes;
using LmDeploy.Tests.Checkouts;
using LmDeploy.Text.Answers;
using LmDeploy.Text.Answers.Calls;
using LmDeploy.Text.Tests.Templates;
using LmDeploy.Text.Tests.Tokenization;

namespace LmDeploy.Text.Tests.Answers;

/// <summary>A template says how its model writes calls: what it renders of a conversation with calls is read back to the same calls.</summary>
public sealed class CallRoundTripTests
{
    private const string Tools = """
        [{"type":"function","function":{"name":"save_note","description":"Saves.","parameters":{"type":"object","properties":{
           "text":{"type":"string","description":"t"},"count":{"type":"integer","description":"c"},"share":{"type":"number","description":"s"},
           "flag":{"type":"boolean","description":"f"},"tags":{"type":"array","items":{"type":"string"},"description":"l"},
           "nested":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"description":"o"}},"required":["text"]}}},
         {"type":"function","function":{"name":"get_time","description":"Tells.","parameters":{"type":"object","properties":{}}}}]
        """;

    /// <summary>These have no place for calls in a conversation, or cannot be rendered with one, in transformers either.</summary>
    private static readonly string[] _withoutCalls =
        ["HuggingFaceTB-SmolLM3-3B", "LFM2.5-Instruct", "Kimi-K2-Thinking", "MiroThinker", "google-gemma-2-2b-it", "llama-cpp-deepseek-r1"];

    /// <summary>These render one call a message.</summary>
    private static readonly string[] _single = ["meta-llama-Llama-3.1-8B-Instruct", "meta-llama-Llama-3.3-70B-Instruct", "GigaChat3-10B-A1.8B"];

    private static readonly string[] _texts =
    [
        "plain", "two\nlines", "a \"quoted\" word, it's", "a \\ backslash \\n", "日本語 Ås 🎉", "{\"json\": [1, 2]}",
        "</tool_call> <tool_call>", "<think>hm</think>",
        "</parameter>\n<parameter=x>", "a, b=c) [d]", " spaced ", "",
    ];

    public static TheoryData<string> Templates => SharedData.Folder is null ? [] : new(
        Directory.GetFiles(SharedData.PathOf("templates"), "*.jinja").Select(file => Path.GetFileNameWithoutExtension(file)!).Except(_withoutCalls).Order());

    [SharedTheory]
    [MemberData(nameof(Templates))]
    public void Calls_ReadBack(string name)
    {
        var source = File.ReadAllText(Path.Combine(SharedData.PathOf("templates"), name + ".jinja"));
        foreach (var text in _texts)
        {
            var arguments = new JsonObject
            {
                ["text"] = text, ["count"] = 3, ["share"] = 0.5, ["flag"] = true, ["tags"] = new JsonArray("x", text),
                ["nested"] = new JsonObject { ["a"] = text, ["b"] = 2 },
            };
            List<(string Name, JsonObject Arguments)> calls = _single.Contains(name)
                ? [("save_note", arguments)]
                : [("save_note", arguments), ("get_time", [])];

            var rendered = RenderedAnswer.Of(source, Tools, calls, "");
            var read = Read(AnswerFormats.Of(_ => false, source), rendered);

            read.Select(call => call.Name).ShouldBe(calls.Select(call => call.Name), rendered.Answer);
            foreach (var (found, call) in read.Zip(calls))
            {
                JsonNode.DeepEquals(JsonNode.Parse(found.Arguments), call.Arguments).ShouldBeTrue($"{rendered.Answer}\n{found.Arguments}");
            }
        }
    }

    [Fact]
    public void EveryFormat_IsDocumented()
    {
        var page = File.ReadAllText(Checkout.File("docs", "serving.md"));
        AnswerFormats.Names.Where(name => !page.Contains($"| `{name}` | ", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static List<(string Name, string Arguments)> Read(AnswerFormat format, RenderedAnswer rendered)
    {
        var calls = new List<(string Name, string Arguments)>();
        var pieces = new List<AnswerPiece>();
        var reader = format.CreateReader(rendered.PromptEnd, ToolSet.Of(JsonElement.Parse(Tools)), isGuided: false);
        reader.Add(rendered.Answer, pieces);
        reader.Finish(pieces);
        foreach (var piece in pieces.Where(piece => piece.Part is AnswerPart.CallName or AnswerPart.CallArguments))
        {
            if (piece.Part == AnswerPart.CallName)
            {
                calls.Add((piece.Text, ""));
            }
            else
            {
                calls[^1] = (calls[^1].Name, calls[^1].Arguments + piece.Text);
            }
        }

        return calls;
    }
}
