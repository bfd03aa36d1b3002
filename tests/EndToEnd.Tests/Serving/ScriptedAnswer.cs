namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>What a model writes, and what has to come of it.</summary>
/// <param name="Model">One of <see cref="ScriptedServer"/>'s.</param>
/// <param name="Text">What it writes.</param>
internal sealed record ScriptedAnswer(string Model, string Text)
{
    public string Content { get; init; } = "";

    public string Reasoning { get; init; } = "";

    public string Calls { get; init; } = "";

    public string FinishReason => Calls.Length > 0 ? "tool_calls" : "stop";

    /// <summary>Whether the template opens a thought.</summary>
    public bool IsThinking { get; init; }

    public bool HasTools { get; init; }

    public bool IsSingleCall { get; init; }

    public string Stop { get; init; } = "";

    /// <summary>Whether a stream has sent as content what turns out to be a thought only later.</summary>
    public bool DiffersInStreams { get; init; }

    public static IReadOnlyList<ScriptedAnswer> All { get; } =
    [
        new(ScriptedServer.Tagged, "Hello, Øre 😀!") { Content = "Hello, Øre 😀!" },
        new(ScriptedServer.Tagged, "<think>\nHm.\n</think>\n\nYes.") { Reasoning = "Hm.", Content = "Yes." },
        new(ScriptedServer.Tagged, "\nHm.\n</think>\n\nYes.") { Reasoning = "Hm.", Content = "Yes.", IsThinking = true },
        new(ScriptedServer.Tagged, "<think>Hm.</think>Yes.") { Reasoning = "Hm.", Content = "Yes.", IsThinking = true },
        new(ScriptedServer.Tagged, "I plan it.\n</think>\n\nHello!") { Reasoning = "I plan it.", Content = "Hello!", DiffersInStreams = true },
        new(ScriptedServer.Tagged, "Is the Question: easy?</think>It is 4.Question: more")
        {
            Reasoning = "Is the Question: easy?",
            Content = "It is 4.",
            IsThinking = true,
            Stop = "Question:",
        },
        new(ScriptedServer.Tagged, "Aa<|box|>Bb") { Content = "AaBb", HasTools = true },
        new(ScriptedServer.Tagged, "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"text\": \"a </tool_call> b\"}}\n</tool_call>")
        {
            Calls = "f{\"text\":\"a \\u003C/tool_call\\u003E b\"}",
            HasTools = true,
        },
        new(ScriptedServer.Tagged, "[TOOL_CALLS]f[ARGS]{\"text\": \"a [TOOL_CALLS] b\"}") { Calls = "f{\"text\":\"a [TOOL_CALLS] b\"}", HasTools = true },
        new(ScriptedServer.Tagged, "<|python_tag|>{\"name\": \"g\", \"parameters\": {}}") { Calls = "g{}", HasTools = true },
        new(ScriptedServer.Tagged, "{\"name\": \"g\", \"parameters\": {}}") { Calls = "g{}", HasTools = true },
        new(ScriptedServer.Tagged, "<tool_call>\n<function=f>\n<parameter=text>\nOslo\n</parameter>\n<parameter=n>\n3\n</parameter>\n</function>\n</tool_call>")
        {
            Calls = "f{\"text\":\"Oslo\",\"n\":3}",
            HasTools = true,
        },
        new(ScriptedServer.Tagged, "I call.<tool_call>{\"name\": \"g\"}</tool_call>")
        {
            Reasoning = "I call.",
            Calls = "g{}",
            HasTools = true,
            IsThinking = true,
        },
        new(ScriptedServer.Tagged, "Costs:\n\n- a\n\n<tool_call>{\"name\": \"g\"")
        {
            Content = "Costs:\n\n- a\n\n<tool_call>{\"name\": \"g\"",
            HasTools = true,
        },
        new(ScriptedServer.Tagged, "<tool_call>{\"name\": \"g\"}</tool_call>\n<tool_call>{\"name\": \"f\"}</tool_call>") { Calls = "g{} f{}", HasTools = true },
        new(ScriptedServer.Tagged, "<tool_call>{\"name\": \"f\"}</tool_call>\n<tool_call>{\"name\": \"g\"}</tool_call>")
        {
            Calls = "f{}",
            HasTools = true,
            IsSingleCall = true,
        },
        new(ScriptedServer.Tagged, "[TOOL_CALLS][{\"name\": \"f\"}, {\"name\": \"g\"}]") { Calls = "f{}", HasTools = true, IsSingleCall = true },
        new(ScriptedServer.Special, "<think>Hm.</think><|box|>Yes.") { Reasoning = "Hm.", Content = "Yes." },
        new(ScriptedServer.Special, "Hm.</think>Yes.") { Reasoning = "Hm.", Content = "Yes.", IsThinking = true },
        new(ScriptedServer.Special, "[THINK]Hm.[/THINK]Yes.<tool_call>{\"name\": \"g\"}</tool_call>")
        {
            Reasoning = "Hm.",
            Content = "Yes.",
            Calls = "g{}",
            HasTools = true,
        },
        new(ScriptedServer.Harmony, "<|channel|>analysis<|message|>two and two<|end|><|start|>assistant<|channel|>final<|message|>It is 4.<|return|>no more")
        {
            Reasoning = "two and two",
            Content = "It is 4.",
        },
        new(ScriptedServer.Harmony, "<|channel|>analysis<|message|>I call.<|end|><|start|>assistant<|channel|>commentary to=functions.f "
            + "<|constrain|>json<|message|>{\"n\": 1}<|call|>no more")
        {
            Reasoning = "I call.", Calls = "f{\"n\":1}", HasTools = true,
        },
        new(ScriptedServer.Harmony, "<|channel|>commentary<|message|>I look.<|end|><|start|>assistant to=functions.g<|channel|>commentary "
            + "json<|message|>{}<|call|>") { Content = "I look.", Calls = "g{}", HasTools = true },
    ];

    public override string ToString() => $"{Model}: {Text}{(IsThinking ? " (thinking)" : "")}";
}
