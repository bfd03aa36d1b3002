using LmDeploy.Models.Checkpoints;

namespace LmDeploy.Models.Quantization;

/// <summary>How many inputs share a scale.</summary>
internal static class GroupSize
{
    /// <returns>Null for all of them, which is written as -1.</returns>
    public static long? Read(ConfigFile quantization, string key) => quantization.Number(key) switch
    {
        -1 => null,
        { } size and >= 1 and <= int.MaxValue when size == Math.Floor(size) => (long)size,
        null => throw quantization.Missing(key, "a whole number from 1, or -1"),
        { } other => throw quantization.Invalid(key, $"must be a whole number from 1, or -1, but is {other}"),
    };
}
