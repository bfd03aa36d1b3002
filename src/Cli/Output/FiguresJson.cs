namespace LmDeploy.Cli.Output;

/// <summary>Rows of figures as JSON: an array of objects.</summary>
internal static class FiguresJson
{
    /// <param name="path">A file, - for standard output, or null for nowhere.</param>
    public static async Task WriteAsync(string? path, Terminal terminal, IEnumerable<Dictionary<string, double>> rows, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return;
        }

        var text = JsonText.Write(
            json =>
            {
                json.WriteStartArray();
                foreach (var row in rows)
                {
                    json.WriteStartObject();
                    foreach (var (name, value) in row)
                    {
                        json.WriteNumber(name, value);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            },
            indented: true);
        await ResultFile.WriteLinesAsync(path, terminal, [text], cancellationToken);
    }
}
