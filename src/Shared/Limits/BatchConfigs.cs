namespace LmDeploy.Limits;

/// <summary>Pairs the prompts of a batch with their configurations: none is given, one for all prompts, or one for each.</summary>
internal static class BatchConfigs
{
    /// <summary>What is wrong with the number of configurations; null when nothing is.</summary>
    public static string? Problem(int prompts, int configs) => configs <= 1 || configs == prompts ? null : Mismatch(prompts, configs);

    /// <summary>The text of the error.</summary>
    public static string Mismatch(int prompts, int configs) =>
        $"There must be one configuration for all prompts or one for each: {prompts} prompts, {configs} configurations.";

    /// <summary>The configuration of a prompt, the defaults where none is given.</summary>
    public static T Of<T>(IReadOnlyList<T> configs, int prompt)
        where T : new()
        => configs.Count == 0 ? new T() : configs[configs.Count == 1 ? 0 : prompt];
}
