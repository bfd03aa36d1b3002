namespace LmDeploy.Text.Guided.Schemas;

/// <summary>What of a schema changes nothing although its author may expect it to. Many of them are cut short.</summary>
internal sealed class SchemaWarnings
{
    private const int MostTold = 20;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _told = [];

    public IReadOnlyList<string> Texts => _known.Count > MostTold ? [.. _told, $"{GuideErrors.Subject}: and {_known.Count - MostTold} more"] : _told;

    public void Add(SchemaPlace place, string problem)
    {
        var text = $"{GuideErrors.Subject}: {place.Describe(problem)}";
        if (_known.Add(text) && _known.Count <= MostTold)
        {
            _told.Add(text);
        }
    }
}
