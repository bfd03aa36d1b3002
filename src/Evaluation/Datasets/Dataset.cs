using LmDeploy.Collections;
using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>Questions that models are compared on. Immutable.</summary>
public sealed partial record Dataset
{
    /// <summary>Makes a dataset.</summary>
    /// <param name="name">How reports call it.</param>
    /// <param name="items">The questions, at least one; their ids differ.</param>
    /// <exception cref="ArgumentException">There is none, one is null, or two have the same id.</exception>
    public Dataset(string name, IEnumerable<DatasetItem> items)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Items = Values.Of(items, nameof(items));
        if (Items.Count == 0)
        {
            throw new ArgumentException($"The dataset {name} has no questions.", nameof(items));
        }

        if (Items.GroupBy(item => item.Id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"The dataset {name} has {twice.Count()} questions with the id '{twice.Key}': ids have to differ.", nameof(items));
        }
    }

    /// <summary>How reports call it.</summary>
    public string Name { get; }

    /// <summary>The questions, in their order.</summary>
    public IReadOnlyList<DatasetItem> Items { get; }

    /// <summary>What its answers are scored by where a comparison does not say. Default: <see cref="Scorer.Exact"/>.</summary>
    public IReadOnlyList<Scorer> Scorers { get; init => field = Values.Of(value); } = [Scorer.Exact];

    /// <summary>How many questions of its file could not be used, and are not among <see cref="Items"/>; reports say so. Default: 0.</summary>
    public int LeftOut { get; init => field = Ensure.AtLeast(value, 0, nameof(LeftOut)); }

    /// <summary>The first questions.</summary>
    /// <param name="count">At most so many, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public Dataset Take(int count) => new(Name, Items.Take(Ensure.AtLeast(count, 1, nameof(count)))) { Scorers = Scorers, LeftOut = LeftOut };
}
