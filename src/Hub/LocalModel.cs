using LmDeploy.Collections;

namespace LmDeploy.Hub;

/// <summary>A model that is on this machine.</summary>
public sealed record LocalModel
{
    /// <summary>Its name: <c>org/name</c> of the cache, or the path below a folder of <c>LMDEPLOY_MODELS</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The branches and tags that stand for this version of it; empty outside the cache.</summary>
    public IReadOnlyList<string> Revisions
    {
        get;
        init => field = Values.Of(value);
    }
    = [];

    /// <summary>The commit; null outside the cache.</summary>
    public string? Commit { get; init; }

    /// <summary>The folder, which a pipeline can be created from.</summary>
    public required string Folder { get; init; }

    /// <summary>Bytes of its files.</summary>
    public required long Bytes { get; init; }

    /// <summary>When its files were written last, in UTC.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Whether config.json, all weights that are named and a tokenizer are there.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether it lies in the cache, where <see cref="Model.Remove"/> can remove it.</summary>
    public required bool IsCached { get; init; }
}
