using Spectre.Console;

namespace LmDeploy.Cli.Output;

/// <summary>A table of plain cells.</summary>
internal static class Listing
{
    public static void Write(Terminal terminal, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = !terminal.IsOutTerminal });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        terminal.OutConsole().Write(table);
    }
}
