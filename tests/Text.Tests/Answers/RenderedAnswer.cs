using System.Text.Json;
using System.Text.Json.Nodes;
using LmDeploy.Text.Templates;

namespace LmDeploy.Text.Tests.Answers;

/// <summary>An answer as a template writes it into the history.</summary>
/// <param name="PromptEnd">What precedes it: the prompt that asks for it.</param>
/// <param name="Answer">What the model would have generated, without the token that ends it.</param>
internal sealed record RenderedAnswer(string PromptEnd, string Answer)
{
    private static readonly Dictionary<string, string> _tokens = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    /// <summary>The tokens that end answers in the templates.</summary>
    private static readonly string[] _ends =
    [
        "<|im_end|>", "</s>", "<｜end▁of▁sentence｜>", "<|eom_id|>", "<|eot_id|>", "<|END_OF_TURN_TOKEN|>", "<sep>", "<|tool_response>", "<end_of_turn>",
        "<|assistant_end|>",
    ];

    /// <param name="source">The template.</param>
    /// <param name="tools">A JSON array.</param>
    /// <param name="calls">Functions and arguments.</param>
    /// <param name="content">The text before the calls.</param>
    public static RenderedAnswer Of(string source, string tools, IReadOnlyList<(string Name, JsonObject Arguments)> calls, string content)
    {
        var template = ModelTemplate.Parse(source, "t");
        var definitions = JsonElement.Parse(tools);
        var style = new CallStyleProbe(template, _tokens).StyleOf(hasTools: true);
        var user = new JsonObject { ["role"] = "user", ["content"] = "?" };
        var assistant = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = content,
            ["tool_calls"] = new JsonArray([.. calls.Select((call, i) => new JsonObject
            {
                ["id"] = $"call{i}abcd",
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments.DeepClone() },
            })]),
        };
        var prompt = Render([user.DeepClone()], asks: true);
        var full = Render([user, assistant], asks: false);
        var same = prompt.Zip(full).TakeWhile(pair => pair.First == pair.Second).Count();
        if (full[..same].LastIndexOf('<') is var tag && tag > full[..same].LastIndexOf('>'))
        {
            same = tag; // Tokens are not cut.
        }

        return new RenderedAnswer(full[..same], WithoutEnd(full[same..]));

        string WithoutEnd(string answer)
        {
            var ends = _ends.Select(end => answer.IndexOf(end, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(answer.Length);
            return answer[..ends.Min()];
        }

        string Render(JsonArray messages, bool asks) => template.Render(new ChatTemplateInput
        {
            Messages = CallHistory.Adapt(JsonSerializer.SerializeToElement(messages), style),
            Tools = definitions,
            SpecialTokens = _tokens,
            AddGenerationPrompt = asks,
        });
    }
}
