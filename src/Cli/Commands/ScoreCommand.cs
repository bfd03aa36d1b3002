using System.CommandLine;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy score</c>: how probable given continuations of prompts are.</summary>
internal sealed class ScoreCommand(CliHost host)
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The path of a model folder." };
    private readonly Option<string> _input = new("--input")
    {
        Description = "A file of one JSON object a line: id, one of prompt, messages, input_ids, and continuations (texts or arrays of token ids).",
        Required = true,
    };

    private readonly Option<string> _json = new("--json")
    {
        Description = "Write one JSON object a line to this file, in input order; - for standard output, which is the default.",
        DefaultValueFactory = _ => ResultFile.StandardOutput,
    };

    private readonly Option<bool> _raw = new("--raw") { Description = "Take texts as they are, without the chat template." };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var score = new ScoreCommand(host);
        var command = new Command("score", "Say how probable given continuations of prompts are.") { score._model, score._input, score._json, score._raw };
        score._engine.AddTo(command);
        command.SetAction(score.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (json, raw) = (result.GetValue(_json)!, result.GetValue(_raw));
        ResultFile.Check(json);
        var lines = InputFile.Read(result.GetRequiredValue(_input), line => ScoreLine.Parse(line, raw));
        var failed = InputErrors.Report(host.Terminal, lines);
        InputLine<LogLikelihoodInput>[] good = [.. lines.Where(line => line.Value is not null)];
        var answers = new Queue<IReadOnlyList<LogLikelihood>>();
        if (good.Length > 0)
        {
            await using var pipeline = await host.LoadAsync(result.GetRequiredValue(_model), _engine.Read(result), null, cancellationToken);
            answers = new(await pipeline.GetLogLikelihoodAsync(good.Select(line => line.Value!), cancellationToken));
        }

        var written = new List<string>();
        foreach (var line in lines)
        {
            IReadOnlyList<LogLikelihood> scores = line.Error is null ? answers.Dequeue() : [];
            foreach (var error in scores.Select(score => CallError.From(score.ErrorCode, score.ErrorMessage)).OfType<CallError>())
            {
                failed = true;
                host.Terminal.WriteError(error.Code, $"id {line.Id}: {error.Message}");
            }

            written.Add(LogLikelihoodJson.Write(line.Id, scores, line.Error));
        }

        await ResultFile.WriteLinesAsync(json, host.Terminal, written, cancellationToken);
        return failed ? ExitCodes.Failed : ExitCodes.Done;
    }
}
