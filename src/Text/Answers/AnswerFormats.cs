using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>The answer formats that are known, and which of them a model speaks.</summary>
internal static class AnswerFormats
{
    private const string ToolCallBegin = "<tool_call>";
    private const string ToolCallEnd = "</tool_call>";

    private static readonly ThoughtTags _think = new("<think>", "</think>");

    /// <summary>Of Magistral, and of Seed-OSS.</summary>
    private static readonly ThoughtTags[] _otherThoughts = [new("[THINK]", "[/THINK]"), new("<seed:think>", "</seed:think>")];

    private static readonly List<CallSyntax> _calls =
    [
        new(ToolCallBegin, _ => new JsonCallReader(ToolCallEnd)) { Words = [ToolCallEnd] }, // Hermes, Qwen
        new(ToolCallBegin, tools => new XmlCallReader(tools, "", ToolCallEnd)) { Words = [ToolCallEnd] }, // Qwen3-Coder
        new(XmlCallReader.FunctionBegin, tools => new XmlCallReader(tools, XmlCallReader.FunctionBegin, XmlCallReader.FunctionEnd)), // Qwen3-Coder, when it forgets the word before
        new(MistralCallReader.Begin, _ => new MistralCallReader()) { Words = [MistralCallReader.ArgumentsBegin, MistralCallReader.IdBegin] },
        new("<|python_tag|>", _ => new JsonCallReader("")), // Llama
    ];

    /// <summary>An answer that is nothing but a call of a function that there is: Llama's, when it forgets the word before.</summary>
    private static readonly CallSyntax _bareCall = new("", tools => new JsonCallReader("") { Known = tools, IsWholeAnswer = true });

    /// <summary>The format of a model.</summary>
    /// <param name="isToken">Whether a text is one of the tokenizer's tokens.</param>
    /// <param name="template">The model's chat template; empty for none.</param>
    public static AnswerFormat Of(Func<string, bool> isToken, string template)
    {
        if (HarmonyFormat.Signs.All(isToken))
        {
            return new HarmonyFormat();
        }

        var spoken = _calls.Where(syntax => IsMentioned(syntax.Begin)).ToList();
        return new TaggedFormat([_think, .. _otherThoughts.Where(tags => IsMentioned(tags.Begin))], [.. spoken.Count > 0 ? spoken : _calls, _bareCall]);

        bool IsMentioned(string word) => isToken(word) || template.Contains(word, StringComparison.Ordinal);
    }
}
