using System.CommandLine;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy run</c>: answers one prompt or a file of them.</summary>
internal sealed class RunCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Argument<string?> _prompt = new("PROMPT")
    {
        Description = "The prompt; its answer is streamed. Default and -: standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _prompts = new("--prompts")
    {
        Description = "A file of one JSON object a line: id, and one of prompt, messages, input_ids; - for standard input.",
    };
    private readonly Option<string?> _json = new("--json")
    {
        Description = "Write one JSON object a line to this file, in input order; - for standard output.",
    };
    private readonly Option<bool> _raw = new("--raw") { Description = "Take texts as they are, without the chat template." };
    private readonly GenerationFlags _generation = new();
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var run = new RunCommand(host);
        var command = new Command("run", "Answer one prompt, or a file of them.") { run._model, run._prompt, run._prompts, run._json, run._raw };
        run._generation.AddTo(command);
        run._engine.AddTo(command);
        command.SetAction(run.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (prompt, promptsFile, json) = (result.GetValue(_prompt), result.GetValue(_prompts), result.GetValue(_json));
        var isPiped = promptsFile is null && (prompt == InputFile.Piped || (prompt is null && host.Input.IsRedirected));
        if ((prompt is null) == (promptsFile is null) && !isPiped)
        {
            throw new UsageException("run needs either a PROMPT or --prompts FILE.");
        }

        ResultFile.Check(json);
        var (config, engine, raw) = (_generation.Read(result), _engine.Read(result), result.GetValue(_raw));
        prompt = isPiped ? host.Input.ReadPrompt() : prompt;
        var model = result.GetRequiredValue(_model);
        if (prompt is not null && json is null)
        {
            return await StreamAsync(model, engine, Prompt.FromText(prompt, raw), config, cancellationToken);
        }

        IReadOnlyList<InputLine<PromptLine>> lines = prompt is not null
            ? [new(1, "null", new PromptLine(Prompt.FromText(prompt, raw), config), null)]
            : InputFile.Read(promptsFile!, host.Input, line => PromptLine.Parse(line, config, raw));
        return await AnswerAsync(model, engine, lines, json, cancellationToken);
    }

    private async Task<int> StreamAsync(string model, EngineConfig engine, Prompt prompt, GenerationConfig config, CancellationToken cancellationToken)
    {
        await using var pipeline = await host.LoadAsync(model, engine, null, cancellationToken);
        try
        {
            await foreach (var piece in pipeline.StreamInferAsync(prompt, config, cancellationToken))
            {
                await host.Terminal.Out.WriteAsync(piece.Text.AsMemory(), cancellationToken);
            }
        }
        catch (LmDeployException e)
        {
            await host.Terminal.Out.WriteLineAsync();
            host.Terminal.WriteError(e.Code, e.Message);
            return ExitCodes.Failed;
        }

        await host.Terminal.Out.WriteLineAsync();
        return ExitCodes.Done;
    }

    private async Task<int> AnswerAsync(
        string model, EngineConfig engine, IReadOnlyList<InputLine<PromptLine>> lines, string? json, CancellationToken cancellationToken)
    {
        var failed = InputErrors.Report(host.Terminal, lines);
        InputLine<PromptLine>[] good = [.. lines.Where(line => line.Value is not null)];
        var answers = new Queue<Response>();
        if (good.Length > 0)
        {
            await using var pipeline = await host.LoadAsync(model, engine, null, cancellationToken);
            answers = new(await InferAsync(pipeline, [.. good.Select(line => line.Value!)], cancellationToken));
        }

        var results = new List<(string Id, Response Response)>();
        foreach (var line in lines)
        {
            var response = line.Error is { } error ? ResponseJson.Failed(error) : answers.Dequeue();
            results.Add((line.Id, response));
            if (line.Error is null && CallError.From(response) is { } failure)
            {
                failed = true;
                host.Terminal.WriteError(failure.Code, $"id {line.Id}: {failure.Message}");
            }
        }

        await WriteAsync(results, json, cancellationToken);
        return failed ? ExitCodes.Failed : ExitCodes.Done;
    }

    /// <summary>The failure of a whole call as the failure of each of its prompts.</summary>
    private static async Task<IReadOnlyList<Response>> InferAsync(Pipeline pipeline, IReadOnlyList<PromptLine> lines, CancellationToken cancellationToken)
    {
        try
        {
            var configs = GenerationConfigs.Each([.. lines.Select(line => line.Config)]);
            return await pipeline.InferAsync([.. lines.Select(line => line.Prompt)], configs, cancellationToken);
        }
        catch (LmDeployException e)
        {
            return [.. lines.Select(_ => ResponseJson.Failed(CallError.From(e)))];
        }
    }

    private async Task WriteAsync(List<(string Id, Response Response)> results, string? json, CancellationToken cancellationToken)
    {
        if (json is not null)
        {
            await ResultFile.WriteLinesAsync(json, host.Terminal, results.Select(r => ResponseJson.Write(r.Id, r.Response)), cancellationToken);
            return;
        }

        foreach (var (id, response) in results.Where(r => r.Response.ErrorCode is null))
        {
            await host.Terminal.Out.WriteLineAsync($"[{id}] {response.Text}".AsMemory(), cancellationToken);
        }
    }
}
