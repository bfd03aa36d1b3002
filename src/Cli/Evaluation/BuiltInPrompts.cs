using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>What is asked when the user names no file.</summary>
internal static class BuiltInPrompts
{
    private static readonly string[] _prompts =
    [
        "Tell me a story about a fox.", "What is 17 + 25?", "Name three colours.", "Why is the sky blue?",
        "Write a haiku about winter.", "What is the capital of France?", "Explain what a prime number is.", "Say hello in five languages.",
    ];

    public static Dataset Dataset { get; } = PromptDataset.Of("built-in prompts", _prompts.Select(prompt => (Prompt)prompt));
}
