using LmDeploy.Models.Checkpoints;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Embeddings;

/// <summary>Pooling and normalization of a model folder's embeddings, where a request leaves them out.</summary>
/// <param name="Pooling">How vectors become one.</param>
/// <param name="Normalize">Whether the result is made 1 long.</param>
/// <param name="Problem">What sentence-transformers would do with this model and this engine does not; null for nothing.</param>
internal sealed record EmbeddingDefaults(Pooling Pooling, bool Normalize, string? Problem = null)
{
    private const string PoolingFolder = "1_Pooling";
    private const string Prefix = "pooling_mode_";

    /// <summary>
    /// Reads the files of sentence-transformers: modules.json and the pooling's config.json. A folder without them pools the last token and normalizes.
    /// </summary>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/>: a file is broken.</exception>
    public static EmbeddingDefaults Read(string folder)
    {
        var modules = SentenceModules.Read(folder);
        var pooling = ReadPooling(folder, modules is null ? PoolingFolder : modules.PoolingFolder);
        return modules is null ? pooling : pooling with { Normalize = modules.Normalizes, Problem = modules.Unknown ?? pooling.Problem };
    }

    private static EmbeddingDefaults ReadPooling(string folder, string? name)
    {
        if (name is null || ConfigFile.TryOpen(Path.Combine(folder, name), "config.json") is not { } config)
        {
            return new EmbeddingDefaults(Pooling.Last, Normalize: true);
        }

        string[] modes =
        [
            .. config.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal) && config.Bool(key, false)).Select(key => key[Prefix.Length..]),
        ];
        return modes switch
        {
            ["lasttoken"] => new EmbeddingDefaults(Pooling.Last, Normalize: true),
            ["mean_tokens"] => new EmbeddingDefaults(Pooling.Mean, Normalize: true),
            _ => new EmbeddingDefaults(
                Pooling.Last, Normalize: true, $"'{config.Path}' asks for pooling by {(modes.Length == 0 ? "nothing" : string.Join(" and ", modes))}"),
        };
    }
}
