using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>Reads a question from a line of our own format.</summary>
internal static class JsonItem
{
    /// <summary>Fields that a message names.</summary>
    private const int MostFields = 10;

    public static DatasetItem Read(JsonElement line, string defaultId, FieldNames fieldNames)
    {
        var choicesName = fieldNames.NameOf("choices");
        var choices = line.Find(choicesName) is null ? [] : line.GetTexts(choicesName!);
        var names = fieldNames.WithCommonNames(name => line.Find(name) is not null, choices.Count > 0);
        return ChoiceField.Expect(new DatasetItem(line.FindId(names.NameOf("id")) ?? defaultId, ReadPrompt(line, names))
        {
            Category = line.FindText(names.NameOf("category")),
            Expected = line.FindAnswers(names.NameOf("expected")),
            Choices = choices,
            CorrectChoice = ReadAnswer(line, names.NameOf("answer"), choices),
            FollowUps = line.FindTexts(names.NameOf("follow_ups")),
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

    /// <summary>A number is an index where there is such a choice, whatever the choices say.</summary>
    private static int? ReadAnswer(JsonElement line, string? name, IReadOnlyList<string> choices) => line.FindId(name) is not { } answer ? null
        : line.Get(name!).ValueKind == JsonValueKind.Number && int.TryParse(answer, out var index) && index >= 0 && index < choices.Count ? index
        : ChoiceField.Find(name!, answer, choices);

    private static Prompt ReadPrompt(JsonElement line, FieldNames names)
    {
        var prompt = (line.Find(names.NameOf("prompt")), line.Find(names.NameOf("messages"))) switch
        {
            (not null, null) => Prompt.FromText(line.GetFilledText(names.NameOf("prompt")!), line.FindBoolean(names.NameOf("raw")) ?? false),
            (null, { } messages) => ReadMessages(messages),
            (null, null) when names.Mapped.TryGetValue("prompt", out var mapped) =>
                throw new FormatException($"{mapped} is needed: the prompt is mapped to it"),
            (null, null) => throw new FormatException($"prompt or messages is needed, found {FieldsOf(line)}"),
            _ => throw new FormatException("only one of prompt and messages can be asked"),
        };
        return prompt with
        {
            AddSpecialTokens = line.FindBoolean(names.NameOf("add_special_tokens")) ?? true,
            AddGenerationPrompt = line.FindBoolean(names.NameOf("add_generation_prompt")) ?? true,
            Tools = line.Find(names.NameOf("tools"))?.Must(JsonValueKind.Array, "tools", "an array").GetRawText(),
            TemplateArguments = line.Find(names.NameOf("chat_template_kwargs"))?.Must(JsonValueKind.Object, "chat_template_kwargs", "an object").GetRawText(),
        };
    }

    private static string FieldsOf(JsonElement line) =>
        string.Join(", ", line.EnumerateObject().Select(field => field.Name).Take(MostFields)) is { Length: > 0 } names ? names : "no fields";
}
