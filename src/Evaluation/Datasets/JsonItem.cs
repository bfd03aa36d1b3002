using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads a question from a line of our own format.</summary>
internal static class JsonItem
{
    public static DatasetItem Read(JsonElement line, string defaultId)
    {
        var choices = line.Find("choices") is null ? [] : line.GetTexts("choices");
        return ChoiceField.Expect(new DatasetItem(line.FindId("id") ?? defaultId, ReadPrompt(line))
        {
            Category = line.FindText("category"),
            Expected = line.FindTexts("expected"),
            Choices = choices,
            CorrectChoice = line.FindId("answer") is { } answer ? ChoiceField.Parse("answer", answer, choices.Count) : null,
            FollowUps = line.FindTexts("follow_ups"),
        });
    }

    /// <summary>A conversation as it is written, each message an object with a role.</summary>
    public static Prompt ReadMessages(JsonElement messages)
    {
        if (messages.Must(JsonValueKind.Array, "messages", "an array of messages").GetArrayLength() == 0)
        {
            throw new FormatException("messages must not be empty");
        }

        foreach (var message in messages.EnumerateArray())
        {
            message.Must(JsonValueKind.Object, "each of messages", "an object").GetFilledText("role");
            if (message.Find("content") is { ValueKind: JsonValueKind.String } content)
            {
                content.GetString();
            }
        }

        return Prompt.FromMessagesJson(messages.GetRawText());
    }

    private static Prompt ReadPrompt(JsonElement line)
    {
        var prompt = (line.Find("prompt"), line.Find("messages")) switch
        {
            (not null, null) => Prompt.FromText(line.GetFilledText("prompt"), line.FindBoolean("raw") ?? false),
            (null, { } messages) => ReadMessages(messages),
            (null, null) => throw new FormatException("prompt or messages is needed"),
            _ => throw new FormatException("only one of prompt and messages can be asked"),
        };
        return prompt with
        {
            AddSpecialTokens = line.FindBoolean("add_special_tokens") ?? true,
            AddGenerationPrompt = line.FindBoolean("add_generation_prompt") ?? true,
            Tools = line.Find("tools")?.Must(JsonValueKind.Array, "tools", "an array").GetRawText(),
            TemplateArguments = line.Find("chat_template_kwargs")?.Must(JsonValueKind.Object, "chat_template_kwargs", "an object").GetRawText(),
        };
    }
}
