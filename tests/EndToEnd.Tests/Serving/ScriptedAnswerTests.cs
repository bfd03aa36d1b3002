using System.Text.Json;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What a model writes reaches callers in its parts: the same over HTTP, in a stream and through a chat client.</summary>
public sealed class ScriptedAnswerTests(ScriptedServer scripted) : IClassFixture<ScriptedServer>
{
    public static TheoryData<int, string> Scripts
    {
        get
        {
            var scripts = new TheoryData<int, string>();
            for (var i = 0; i < ScriptedAnswer.All.Count; i++)
            {
                scripts.Add(i, ScriptedAnswer.All[i].ToString());
            }

            return scripts;
        }
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Parts_AreTheSameInEveryWay(int index, string name)
    {
        var script = ScriptedAnswer.All[index];
        var expected = new AnswerParts(script.Content, script.Reasoning, script.Calls, script.FinishReason);
        (await scripted.AskAsync(script)).ShouldBe(expected, name);
        if (!script.DiffersInStreams)
        {
            (await scripted.StreamAsync(script)).ShouldBe(expected, name);
        }

        if (!script.IsThinking)
        {
            (await scripted.AskClientAsync(script)).ShouldBe(expected, name);
        }
    }

    [Fact]
    public async Task AThoughtThatWasStreamedAsContent_IsPartedFromTheAnswer()
    {
        var script = ScriptedAnswer.All.Single(script => script.DiffersInStreams);

        (await scripted.StreamAsync(script)).Content.ShouldBe($"{script.Reasoning}\n\n\n{script.Content}");
    }

    [Fact]
    public async Task AThoughtIsOpen_WhereTheRenderedPromptOpensIt()
    {
        // The template opens none after a tool's result, whatever it does after a question.
        var script = ScriptedAnswer.All.First(script => script.Text == "Hello, Øre 😀!");
        var question = scripted.QuestionOf(script);
        var messages = $$$"""
            [{"role":"user","content":"{{{question}}}"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"g","arguments":""}}]},
             {"role":"tool","tool_call_id":"c","content":"sunny"}]
            """;
        var (_, answer) = await scripted.Server.PostAsync(
            "/v1/chat/completions", $$$"""{"model":"tagged","temperature":0,"chat_template_kwargs":{"think":true},"messages":{{{messages}}}}""");
        AnswerParts.Of(answer.GetProperty("choices")[0]).ShouldBe(new AnswerParts(script.Content, "", "", "stop"));
    }

    [Fact]
    public async Task Usage_CountsTheThought_AndIsNullInPiecesBeforeIt()
    {
        var script = ScriptedAnswer.All.First(script => script.Text == "Hm.</think>Yes.");
        var body = JsonSerializer.Serialize(new
        {
            model = script.Model, temperature = 0, stream = true, stream_options = new { include_usage = true }, chat_template_kwargs = new { think = true },
            messages = new[] { new { role = "user", content = scripted.QuestionOf(script) } },
        });
        var usages = new List<JsonElement>();
        await foreach (var piece in EventReader.StreamAsync(scripted.Server.Http, "/v1/chat/completions", body))
        {
            usages.Add(piece.GetProperty("usage"));
        }

        usages.SkipLast(1).ShouldAllBe(usage => usage.ValueKind == JsonValueKind.Null);
        usages[^1].GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32().ShouldBe(4);
    }
}
