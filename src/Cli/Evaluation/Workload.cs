namespace LmDeploy.Cli.Evaluation;

/// <summary>What every model of a comparison is given to do.</summary>
/// <param name="Prompts">The prompts.</param>
/// <param name="Config">How they are answered.</param>
/// <param name="Questions">The questions the prompts come from; empty when only speed is compared.</param>
/// <param name="BatchSize">How many prompts are asked at once.</param>
internal sealed record Workload(IReadOnlyList<Prompt> Prompts, GenerationConfig Config, IReadOnlyList<Question> Questions, int BatchSize)
{
    /// <summary>What is asked when the user names no file.</summary>
    public static IReadOnlyList<Prompt> DefaultPrompts { get; } =
    [
        "Tell me a story about a fox.", "What is 17 + 25?", "Name three colours.", "Why is the sky blue?",
        "Write a haiku about winter.", "What is the capital of France?", "Explain what a prime number is.", "Say hello in five languages.",
    ];
}
