using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using LmDeploy.Cli.Commands;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Hub;

namespace LmDeploy.Cli;

/// <summary>The <c>lmdeploy</c> command: its arguments, and the mapping of failures to an error line and an exit code.</summary>
internal static partial class CommandLine
{
    private const string Description = """
        Run and compare LLMs, each in a process of its own that gives back all its memory when it ends.

        Exit codes: 0 done, 1 failed, 2 bad usage, 3 a model could not be loaded, 130 interrupted, 143 terminated.
        """;

    public static async Task<int> RunAsync(string[] args, CliHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Terminal;
        var server = new ServerFlags();
        var result = Parse(host);
        if (UnknownFlags.Find(result) is { Count: > 0 } unknown)
        {
            unknown.ToList().ForEach(terminal.WriteError);
            return ExitCodes.Usage;
        }

        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors)
            {
                terminal.WriteError(TypeName().Replace(error.Message, ""));
            }

            terminal.Error.WriteLine("Try --help.");
            return ExitCodes.Usage;
        }

        try
        {
            // What runs a command is part of it, so the commands are made again where that is another one.
            result = server.Apply(result, host, Environment.GetEnvironmentVariable) is var chosen && chosen != host ? Parse(chosen) : result;
            var configuration = new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await result.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (UsageException e)
        {
            terminal.WriteErrors(e.Message);
            return ExitCodes.Usage;
        }
        catch (LmDeployException e)
        {
            terminal.WriteError(e.Code, e.Message);
            return e is ModelLoadException ? ExitCodes.NotLoaded : ExitCodes.Failed;
        }
        catch (HubException e)
        {
            terminal.WriteError(e.Code, e.Message);
            return e.Code == LmDeployErrorCodes.InvalidRequest ? ExitCodes.Usage : ExitCodes.NotLoaded;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.WriteError(e.Message);
            return ExitCodes.Failed;
        }

        ParseResult Parse(CliHost host)
        {
            var root = CreateRoot(host);
            server = new ServerFlags();
            server.AddTo(root);
            return root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        }
    }

    /// <summary>The parser's mentions of .NET types, which are removed from messages.</summary>
    [GeneratedRegex(" as expected type '[^']*'")]
    private static partial Regex TypeName();

    private static RootCommand CreateRoot(CliHost host) => new(Description)
    {
        CompareCommand.Create(host),
        InspectCommand.Create(host),
        RunCommand.Create(host),
        ChatCommand.Create(host),
        TokenizeCommand.Create(host),
        ScoreCommand.Create(host),
        RewardCommand.Create(host),
        EmbedCommand.Create(host),
        ServeCommand.Create(host),
        PullCommand.Create(host),
        ListCommand.Create(host),
        RmCommand.Create(host),
        PsCommand.Create(host),
        StopCommand.Create(host),
        LogsCommand.Create(host),
        BenchCommand.Create(host),
        GpuCommand.Create(host),
        CheckEnvCommand.Create(host),
        SupervisorCommand.Create(host),
    };
}
