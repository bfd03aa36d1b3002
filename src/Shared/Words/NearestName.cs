namespace LmDeploy.Words;

/// <summary>Finds the known name that a mistyped one was probably meant as.</summary>
internal static class NearestName
{
    // As many edits as a typing error takes.
    private const int MostEdits = 2;

    /// <summary>The nearest name; null where none is near.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(other => (Name: other, Edits: EditDistance(name, other))).OrderBy(other => other.Edits).FirstOrDefault();
        return nearest.Name is not null && nearest.Edits <= MostEdits && nearest.Edits < name.Length ? nearest.Name : null;
    }

    /// <summary>Levenshtein's distance: how many letters are added, left out or changed.</summary>
    private static int EditDistance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
