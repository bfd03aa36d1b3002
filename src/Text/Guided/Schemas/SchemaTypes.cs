namespace LmDeploy.Text.Guided.Schemas;

/// <summary>The keyword type.</summary>
internal static class SchemaTypes
{
    /// <summary>The types that values may have that fit all of some schemas. Where none names them, those that the other keywords are about.</summary>
    /// <returns>Null for any value.</returns>
    public static IReadOnlyList<string>? Of(Conjunction schemas)
    {
        var named = schemas.All("type");
        if (named.Count > 0)
        {
            return [.. named.Select(Read).Aggregate(Common)];
        }

        string[] about = [.. SchemaKeywords.Types.Where(type => type.Value.Any(schemas.Has)).Select(type => type.Key)];
        return about.Length > 0 ? about : null;
    }

    private static IEnumerable<string> Read(SchemaPlace type)
    {
        var names = type.Element.ValueKind == System.Text.Json.JsonValueKind.Array ? type.Items() : [type];
        foreach (var name in names)
        {
            if (!SchemaKeywords.Types.ContainsKey(name.AsText()))
            {
                throw name.Refuse($"there is no type \"{name.AsText()}\"");
            }
        }

        return names.Count > 0 ? names.Select(name => name.AsText()).Distinct() : throw type.Refuse("type names no type");
    }

    private static IEnumerable<string> Common(IEnumerable<string> one, IEnumerable<string> other) => one
        .SelectMany(name => other.Select(type => name == type ? name : (name, type) is ("number", "integer") or ("integer", "number") ? "integer" : null))
        .OfType<string>().Distinct().ToArray();
}
