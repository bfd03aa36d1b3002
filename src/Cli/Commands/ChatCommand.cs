using System.CommandLine;
using LmDeploy.Cli.Chat;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy chat</c>: a conversation at the terminal.</summary>
internal sealed class ChatCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<string?> _system = new("--system") { Description = "The system prompt." };
    private readonly GenerationFlags _generation = new();
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var chat = new ChatCommand(host);
        var command = new Command("chat", "Chat with a model. /help lists the commands; Ctrl-C stops an answer.")
        {
            chat._model, chat._system,
        };
        chat._generation.AddTo(command);
        chat._engine.AddTo(command);
        command.SetAction(chat.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        await using var loop = new ChatLoop(host, _engine.Read(result), _generation.Read(result, leavesToModel: true), result.GetValue(_system));
        using var input = host.Input.IsRedirected ? new StreamReader(host.Input.Open()) : null;
        return await loop.RunAsync(result.GetRequiredValue(_model), input ?? Console.In, cancellationToken);
    }
}
