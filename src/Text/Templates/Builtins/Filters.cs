using System.Collections.Frozen;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates.Builtins;

/// <summary>A filter: what <c>value | name(arguments)</c> does.</summary>
internal delegate Value Filter(Value value, CallArguments arguments, RenderContext context);

/// <summary>Finds filters by name.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> All =
        TextFilters.All.Concat(SequenceFilters.All).Concat(OrderFilters.All).Concat(SelectionFilters.All).Concat(ValueFilters.All).ToFrozenDictionary();

    public static bool Exists(string name) => All.ContainsKey(name);

    public static Filter? Find(string name) => All.GetValueOrDefault(name);
}
