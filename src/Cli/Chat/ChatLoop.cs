using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Chat;

/// <summary>
/// A conversation at the terminal. SIGINT stops an answer, which stays as far as it came; the program ends at the end of input or by <c>/exit</c>.
/// </summary>
internal sealed class ChatLoop(CliHost host, EngineConfig engine, GenerationConfig config, string? system) : IAsyncDisposable
{
    private const string Help = """
        /reset         forget the conversation
        /model PATH    go on with another model; the present one gives its memory back
        /system TEXT   tell the model how to be; the conversation begins anew
        /exit          leave, as the end of input (Ctrl-D) does
        A line that ends with \ goes on in the next; three quotation marks begin and end a text of many lines. Ctrl-C stops an answer.
        """;

    private readonly List<PromptMessage> _messages = [];
    private Pipeline? _pipeline;
    private string? _system = system;

    public async Task<int> RunAsync(string model, TextReader input, CancellationToken cancellationToken)
    {
        var isTalking = host.Terminal.IsOutTerminal;
        var reader = new ChatInput(input, isMore => Say(isTalking ? isMore ? "... " : ">>> " : ""));
        await OpenAsync(model, cancellationToken);
        host.Interruption.Take(Hint);
        try
        {
            while (await reader.ReadAsync(cancellationToken) is { } said)
            {
                if (!await TakeAsync(said.Trim(), cancellationToken))
                {
                    break;
                }
            }
        }
        finally
        {
            host.Interruption.Take(null);
        }

        await CloseAsync(cancellationToken);
        return ExitCodes.Done;
    }

    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null)
        {
            await _pipeline.DisposeAsync();
        }
    }

    /// <returns>Whether to go on.</returns>
    private async Task<bool> TakeAsync(string said, CancellationToken cancellationToken)
    {
        var (word, rest) = said.Split(' ', 2) is [var first, var second] ? (first, second.Trim()) : (said, "");
        switch (word)
        {
            case "":
                break;
            case "/exit" or "/quit" or "/bye":
                return false;
            case "/help" or "/?":
                Say(Help + "\n");
                break;
            case "/reset":
                _messages.Clear();
                break;
            case "/system":
                _system = rest.Length > 0 ? rest : null;
                _messages.Clear();
                break;
            case "/model" when rest.Length > 0:
                await ReplaceAsync(rest, cancellationToken);
                break;
            case ['/', ..]:
                host.Terminal.WriteError($"{word} is not a command; /help lists those there are.");
                break;
            default:
                await AnswerAsync(said, cancellationToken);
                break;
        }

        return true;
    }

    private async Task AnswerAsync(string said, CancellationToken cancellationToken)
    {
        if (_pipeline is not { } pipeline)
        {
            host.Terminal.WriteError("No model is loaded: /model PATH loads one.");
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<PromptMessage> asked = [.. _system is null ? [] : new[] { PromptMessage.System(_system) }, .. _messages, PromptMessage.User(said)];
        var answer = "";
        CallError? error = null;
        host.Interruption.Take(stop.Cancel);
        try
        {
            await foreach (var piece in pipeline.StreamInferAsync(asked, config, stop.Token))
            {
                answer += piece.Text;
                Say(piece.Text);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            error = null;
        }
        catch (LmDeployException e) when (e is not PipelineFailedException and not SupervisorUnavailableException)
        {
            error = CallError.From(e);
        }
        finally
        {
            host.Interruption.Take(Hint);
        }

        Say("\n");
        if (error is not null)
        {
            host.Terminal.WriteError(error.Code, error.Message);
            return;
        }

        _messages.AddRange([PromptMessage.User(said), PromptMessage.Assistant(answer)]);
    }

    private async Task ReplaceAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            // Before the model that is there goes.
            if ((await host.Supervisor.InspectAsync(model, engine, cancellationToken)).Problems is [var problem, ..])
            {
                host.Terminal.WriteError(problem.Code, problem.Message);
                return;
            }

            await CloseAsync(cancellationToken);
            await OpenAsync(model, cancellationToken);
        }
        catch (ModelLoadException failure)
        {
            host.Terminal.WriteError(failure.Code, failure.Message);
        }
    }

    private async Task OpenAsync(string model, CancellationToken cancellationToken)
    {
        _pipeline = await host.LoadAsync(model, engine, null, cancellationToken);
        await host.Terminal.Error.WriteLineAsync(
            Units.Format($"{_pipeline.Model.Architecture}, {_pipeline.Model.Device}, {_pipeline.Model.SessionLen} tokens of context. /help lists commands."));
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (_pipeline is not null)
        {
            var receipt = await _pipeline.CloseAsync(cancellationToken);
            _pipeline = null;
            await host.Terminal.Error.WriteLineAsync(ReceiptJson.Describe(receipt));
        }
    }

    private void Hint() => Say(host.Terminal.IsOutTerminal ? "\nCtrl-D or /exit leaves.\n>>> " : "");

    private void Say(string text)
    {
        host.Terminal.Out.Write(text);
        host.Terminal.Out.Flush();
    }
}
