namespace LmDeploy.Text.Tokenization.PostProcessors;

/// <summary>The special tokens that go before and after an encoded text.</summary>
internal sealed record Template(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static Template Empty { get; } = new([], []);

    /// <summary>This template, and then another around its result.</summary>
    public Template Within(Template outer) => new([.. outer.Before, .. Before], [.. After, .. outer.After]);
}
