using Spectre.Console;

namespace LmDeploy.Cli.Output;

/// <summary>A table of plain cells.</summary>
internal static class Listing
{
    /// <summary>What the border and the padding add to each column, in characters.</summary>
    private const int ColumnMargin = 3;

    public static void Write(Terminal terminal, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows) =>
        Write(terminal.OutConsole(), columns, rows, noWrap: !terminal.IsOutTerminal);

    /// <summary>
    /// Where the table is wider than the terminal, writes it turned: a row for each column, a column for each row. As many rows stand side by side as fit.
    /// </summary>
    public static void WriteToFit(Terminal terminal, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var console = terminal.OutConsole();
        if (Width(columns, rows) <= console.Profile.Width)
        {
            Write(terminal, columns, rows);
            return;
        }

        var room = console.Profile.Width - ColumnMargin - columns.Max(column => column.Length);
        for (var first = 0; first < rows.Count;)
        {
            var width = 0;
            List<IReadOnlyList<string>> some =
                [.. rows.Skip(first).TakeWhile((row, i) => (width += ColumnMargin + row.Max(cell => cell.Length)) <= room || i == 0)];
            var turned = Enumerable.Range(1, columns.Count - 1).Select(i => (string[])[columns[i], .. some.Select(row => row[i])]);
            Write(console, [columns[0], .. some.Select(row => row[0])], turned, noWrap: false);
            first += some.Count;
        }
    }

    private static int Width(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) =>
        columns.Select((column, i) => ColumnMargin + rows.Select(row => row[i].Length).Append(column.Length).Max()).Sum();

    private static void Write(IAnsiConsole console, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, bool noWrap)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(Terminal.Printable(column))) { NoWrap = noWrap });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Terminal.Printable(cell))));
        }

        console.Write(table);
    }
}
