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

    private static readonly SectionWords _deepSeek = new("<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>");

    private static readonly SectionWords _kimi = new("<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>", "<|tool_calls_section_end|>");

    private static readonly List<CallSyntax> _calls =
    [
        new(ToolCallBegin, _ => new JsonCallReader(ToolCallEnd)) { Words = [ToolCallEnd] }, // Hermes, Qwen
        new(ToolCallBegin, tools => new XmlCallReader(tools, "", ToolCallEnd)) { Words = [ToolCallEnd] }, // Qwen3-Coder
        // Qwen3-Coder, when it forgets the word before
        new(XmlCallReader.FunctionBegin, tools => new XmlCallReader(tools, XmlCallReader.FunctionBegin, XmlCallReader.FunctionEnd))
        {
            Words = [ToolCallEnd],
            Trailer = ToolCallEnd,
        },
        new(MistralCallReader.Begin, _ => new MistralCallReader()) { Words = [MistralCallReader.ArgumentsBegin, MistralCallReader.IdBegin] },
        new("<|python_tag|>", _ => new JsonCallReader("")), // Llama
        new(ToolCallBegin, tools => new PairCallReader(tools, ToolCallEnd)) { Words = [ToolCallEnd], Sign = PairCallReader.KeyBegin }, // GLM 4.5
        new("<|tool_call|>", _ => new JsonCallReader("<|/tool_call|>")) { Words = ["<|/tool_call|>"] }, // Phi 4 mini
        // InternLM
        new("<|action_start|>", _ => new WordCallReader("<|plugin|>", new JsonCallReader("<|action_end|>"))) { Words = ["<|plugin|>", "<|action_end|>"] },
        new("<｜tool▁calls▁begin｜>", _ => new SectionCallReader(_deepSeek)) { Words = _deepSeek.All },
        new("<|tool_calls_section_begin|>", _ => new SectionCallReader(_kimi)) { Words = _kimi.All },
    ];

    /// <summary>An answer that is nothing but a call of a function that there is: Llama's, when it forgets the word before.</summary>
    private static readonly CallSyntax _bareCall = new("", tools => new JsonCallReader("") { Known = tools, IsWholeAnswer = true });

    /// <summary>The same as GLM 4 writes it.</summary>
    private static readonly CallSyntax _namedLine = new("", tools => new NamedLineCallReader(tools)) { Sign = "<|observation|>" };

    /// <summary>The format of a model.</summary>
    /// <param name="isToken">Whether a text is one of the tokenizer's tokens.</param>
    /// <param name="template">The model's chat template; empty for none.</param>
    public static AnswerFormat Of(Func<string, bool> isToken, string template)
    {
        if (HarmonyFormat.Signs.All(isToken))
        {
            return new HarmonyFormat();
        }

        var spoken = _calls.Where(syntax => IsMentioned(syntax.Begin) && IsMentioned(syntax.Sign)).ToList();
        return new TaggedFormat([_think, .. _otherThoughts.Where(tags => IsMentioned(tags.Begin))],
            [.. spoken.Count > 0 ? spoken : _calls.Where(syntax => syntax.Sign.Length == 0), _bareCall,
                .. IsMentioned(_namedLine.Sign) ? [_namedLine] : Array.Empty<CallSyntax>()]);

        bool IsMentioned(string word) => word.Length == 0 || isToken(word) || template.Contains(word, StringComparison.Ordinal);
    }
}
