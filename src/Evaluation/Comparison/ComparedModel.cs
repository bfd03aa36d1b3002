using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>A model of a comparison. Immutable.</summary>
public sealed record ComparedModel
{
    /// <summary>A model folder, run as the comparison says.</summary>
    /// <param name="path">The path of its folder.</param>
    public ComparedModel(string path)
    {
        Path = Ensure.Sendable(path, nameof(path));
    }

    /// <summary>The path of its folder; not empty.</summary>
    public string Path { get; init => field = Ensure.Sendable(value); }

    /// <summary>Its name in results; a duplicate name gets a number. Default: null, its folder's name.</summary>
    public string? Name { get; init; }

    /// <summary>Its engine settings. Default: null, <see cref="ComparisonOptions.Engine"/>.</summary>
    public EngineConfig? Engine { get; init; }

    /// <summary>A model folder, run as the comparison says.</summary>
    public static implicit operator ComparedModel(string path) => FromPath(path);

    /// <summary>A model folder, run as the comparison says.</summary>
    public static ComparedModel FromPath(string path) => new(path);
}
