using System.CommandLine;
using System.CommandLine.Parsing;

namespace LmDeploy.Cli.Serving;

/// <summary>The command that prints the settings of a running server once more.</summary>
internal sealed record ServeCommandLine(string Program, IReadOnlyList<string> Arguments)
{
    private const string Dotnet = "dotnet";

    /// <summary>Keeps all of a command line but secret flags with their values.</summary>
    /// <param name="printing">The flag that has the settings printed.</param>
    /// <returns>Null where the program is not known.</returns>
    public static ServeCommandLine? Of(ParseResult result, Option printing, params IReadOnlyList<Option> secrets)
    {
        if (Environment.ProcessPath is not { } program)
        {
            return null;
        }

        var hidden = secrets.SelectMany(option => option.Aliases.Append(option.Name)).ToHashSet();
        var arguments = new List<string>();
        var isHidden = false;
        foreach (var token in result.Tokens)
        {
            if (token.Type == TokenType.Option && hidden.Contains(token.Value))
            {
                isHidden = true; // As is its one value.
                continue;
            }

            if (!isHidden || token.Type != TokenType.Argument)
            {
                arguments.Add(token.Value);
            }

            isHidden = false;
        }

        arguments.Insert(1, printing.Name); // After the name of the command.
        return Path.GetFileNameWithoutExtension(program) == Dotnet
            ? new ServeCommandLine(program, [Environment.GetCommandLineArgs()[0], .. arguments])
            : new ServeCommandLine(program, arguments);
    }
}
