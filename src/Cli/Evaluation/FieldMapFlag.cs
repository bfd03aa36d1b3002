using System.CommandLine;

namespace LmDeploy.Cli.Evaluation;

/// <summary><c>--map prompt=question,expected=answer</c>: what a file calls the fields of a question.</summary>
internal static class FieldMapFlag
{
    public static Option<string[]> Create() => new("--map")
    {
        Description = "Names of fields in --eval: prompt=question,expected=answer; repeatable.",
        DefaultValueFactory = _ => [],
    };

    /// <exception cref="UsageException">A pair is malformed, or a field is there twice.</exception>
    public static IReadOnlyDictionary<string, string> Read(IEnumerable<string> values)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in values.SelectMany(value => value.Split(',')))
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } field, { Length: > 0 } name])
            {
                throw new UsageException($"--map takes FIELD=NAME pairs with commas between them, got \"{pair}\".");
            }

            if (!map.TryAdd(field.Trim(), name.Trim()))
            {
                throw new UsageException($"--map has {field.Trim()} twice.");
            }
        }

        return map;
    }
}
