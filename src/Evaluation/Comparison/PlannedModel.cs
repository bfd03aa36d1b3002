using System.Globalization;

namespace LmDeploy.Evaluation.Comparison;

/// <summary>A model with a name that no other one has, and its settings.</summary>
internal sealed record PlannedModel(string Name, string Path, EngineConfig Engine)
{
    /// <summary>Who waits for room waits for another model to be through with its questions.</summary>
    private static readonly TimeSpan _turn = TimeSpan.FromDays(1);

    /// <summary>Decides on a name that is not among those that are taken, and adds it to them.</summary>
    public static PlannedModel Of(ComparedModel model, ComparisonOptions options, HashSet<string> names)
    {
        var wanted = model.Name ?? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(model.Path)));
        var name = wanted;
        for (var number = 2; !names.Add(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted} ({number})");
        }

        return new PlannedModel(name, model.Path, Within((model.Engine ?? options.Engine) with { Name = name }, options.SideBySide));
    }

    /// <summary>A cache may have most of the memory there is, unless others are to be loaded beside it; above 1 it is a number of blocks.</summary>
    private static EngineConfig Within(EngineConfig engine, int sideBySide) => sideBySide == 1
        ? engine
        : engine with
        {
            Admission = engine.Admission with { Timeout = _turn },
            CacheMaxEntryCount = engine.CacheMaxEntryCount <= 1 ? engine.CacheMaxEntryCount / sideBySide : engine.CacheMaxEntryCount,
        };
}
