using LmDeploy.Text.Answers.Calls;

namespace LmDeploy.Text.Answers;

/// <summary>
/// The families whose answers are text with tags in it. Each is what its models' chat templates render of a conversation with thoughts and calls. A family is
/// found by its words, which its template or its tokenizer has.
/// </summary>
internal static class AnswerFamilies
{
    private const string ToolCallBegin = "<tool_call>";
    private const string ToolCallEnd = "</tool_call>";
    private const string PluginEnd = "<|action_end|>";

    private static readonly SectionWords _deepSeek = new("<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>");

    private static readonly SectionWords _kimi = new("<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>", "<|tool_calls_section_end|>");

    /// <summary>Of most models that think.</summary>
    public static ThoughtTags Think { get; } = new("<think>", "</think>");

    /// <summary>An answer that is nothing but a call of a function that there is: Llama's, when it forgets the word before.</summary>
    public static CallSyntax BareJson { get; } = new("", tools => new JsonCallReader("") { Known = tools, IsWholeAnswer = true }) { Opening = '{' };

    /// <summary>In the order in which their ways to write calls are tried.</summary>
    public static IReadOnlyList<AnswerFamily> All { get; } =
    [
        new("hermes") { Thoughts = [Think], Calls = [Json(ToolCallBegin, ToolCallEnd)] }, // Qwen, Bielik, Reka
        new("qwen3-coder") // Qwen 3.5, Nemotron 3, Step 3.5
        {
            Thoughts = [Think],
            Calls =
            [
                Xml(ToolCallBegin, XmlWords.Function, ToolCallEnd),
                new(XmlWords.Function.FunctionBegin, tools => new XmlCallReader(
                    tools, XmlWords.Function, XmlWords.Function.FunctionBegin, XmlWords.Function.FunctionEnd))
                {
                    // When it forgets the word before.
                    Words = [ToolCallEnd],
                    Trailer = ToolCallEnd,
                },
            ],
        },
        new("mistral")
        {
            Thoughts = [new("[THINK]", "[/THINK]")],
            Calls = [new(MistralCallReader.Begin, _ => new MistralCallReader()) { Words = [MistralCallReader.ArgumentsBegin, MistralCallReader.IdBegin] }],
        },
        new("llama3") { Calls = [new("<|python_tag|>", _ => new JsonCallReader("")), BareJson] },
        new("glm4.5") // and later
        {
            Thoughts = [Think],
            Calls = [new(ToolCallBegin, tools => new PairCallReader(tools, ToolCallEnd)) { Words = [ToolCallEnd], Sign = PairCallReader.KeyBegin }],
        },
        new("phi4") { Calls = [Json("<|tool_call|>", "<|/tool_call|>")] }, // and Granite 3, which has no word behind
        new("internlm")
        {
            Calls =
            [
                new("<|action_start|>", _ => new WordCallReader("<|plugin|>", new JsonCallReader(PluginEnd))) { Words = ["<|plugin|>", PluginEnd] },
            ],
        },
        new("deepseek") // V3, R1, V3.1
        {
            Thoughts = [Think],
            Calls = [new("<｜tool▁calls▁begin｜>", _ => new SectionCallReader(_deepSeek)) { Words = _deepSeek.All }],
        },
        new("deepseek-v3.2") // and V4
        {
            Thoughts = [Think],
            Calls =
            [
                Xml("<｜DSML｜tool_calls>", XmlWords.Dsml, "</｜DSML｜tool_calls>"),
                Xml("<｜DSML｜function_calls>", XmlWords.Dsml, "</｜DSML｜function_calls>"),
            ],
        },
        new("kimi")
        {
            Thoughts = [Think],
            Calls = [new("<|tool_calls_section_begin|>", _ => new SectionCallReader(_kimi)) { Words = _kimi.All }],
        },
        new("minimax") { Thoughts = [Think], Calls = [Xml("<minimax:tool_call>", XmlWords.Invoke, "</minimax:tool_call>")] },
        new("gemma4")
        {
            Thoughts = [new("<|channel>thought\n", "<channel|>") { Tokens = ["<|channel>"] }],
            Calls = [new(GemmaCallReader.Begin, _ => new GemmaCallReader()) { Words = [GemmaCallReader.End, GemmaCallReader.Quote] }],
        },
        new("seed-oss")
        {
            Thoughts = [new("<seed:think>", "</seed:think>")],
            Calls = [Xml("<seed:tool_call>", XmlWords.Function, "</seed:tool_call>")],
        },
        new("hunyuan") { Thoughts = [Think], Calls = [Json("<tool_calls>", "</tool_calls>")] },
        new("nemotron") { Thoughts = [Think], Calls = [Json("<TOOLCALL>", "</TOOLCALL>")] }, // Nano 2
        new("command")
        {
            Thoughts = [new("<|START_THINKING|>", "<|END_THINKING|>")],
            Calls = [Json("<|START_ACTION|>", "<|END_ACTION|>")],
        },
        new("apertus")
        {
            Thoughts = [new("<|inner_prefix|>", "<|inner_suffix|>")],
            Calls =
            [
                new("<|tools_prefix|>", _ => new JsonCallReader("<|tools_suffix|>") { Form = FunctionCall.FromNamed }) { Words = ["<|tools_suffix|>"] },
            ],
        },
        new("functionary") { Calls = [new(NamedTagCallReader.Begin, _ => new NamedTagCallReader()) { Sign = "<|eom_id|>" }] },
        new("gigachat")
        {
            Calls =
            [
                GigaChat("<|message_sep|>\n\nfunction call<|role_sep|>\n"),
                GigaChat("function call<|role_sep|>\n"),
            ],
        },
        new("lfm2")
        {
            Thoughts = [Think],
            Calls = [new("<|tool_call_start|>", _ => new PythonCallReader("<|tool_call_end|>")) { Words = ["<|tool_call_end|>"] }],
        },
        new("llama4")
        {
            Calls =
            [
                new("<|python_start|>", _ => new PythonCallReader("<|python_end|>")) { Words = ["<|python_end|>"] },
                new("", tools => new PythonCallReader("") { Known = tools }) { Opening = '[', Sign = "<|python_start|>" },
            ],
        },
        new("glm4") { Calls = [new("", tools => new NamedLineCallReader(tools)) { Sign = "<|observation|>" }] },
    ];

    private static CallSyntax Json(string begin, string end) => new(begin, _ => new JsonCallReader(end)) { Words = [end] };

    private static CallSyntax Xml(string begin, XmlWords words, string end) => new(begin, tools => new XmlCallReader(tools, words, "", end)) { Words = [end] };

    private static CallSyntax GigaChat(string begin) => new(begin, _ => new JsonCallReader("")) { Words = ["<|message_sep|>", "<|role_sep|>"] };
}
