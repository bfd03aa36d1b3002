namespace LmDeploy.Cli.Benchmarks;

/// <summary>The shortest request: a prompt of one token and an answer of one token.</summary>
internal static class FirstToken
{
    /// <summary>Token 0, which every vocabulary has.</summary>
    public static Prompt Prompt { get; } = Prompt.FromTokenIds([0]);

    public static GenerationConfig Config { get; } = new() { MaxNewTokens = 1, IgnoreEos = true };

    /// <exception cref="LmDeployException">There is no answer.</exception>
    public static Task AskAsync(Pipeline pipeline, CancellationToken cancellationToken) => pipeline.InferAsync(Prompt, Config, cancellationToken);
}
