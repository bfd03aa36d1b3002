using System.CommandLine;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy tokenize</c>: encodes texts and conversations and decodes ids, as the model would.</summary>
internal sealed class TokenizeCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<string> _input = new("--input")
    {
        Description = "A file of one JSON object a line: id, and one of text, messages, ids (with text goes add_special_tokens, with ids skip_special_tokens).",
        Required = true,
    };

    private readonly Option<string> _json = new("--json")
    {
        Description = "Write one JSON object a line to this file, in input order; - for standard output, which is the default.",
        DefaultValueFactory = _ => ResultFile.StandardOutput,
    };

    private readonly Option<bool> _noSpecialTokens = new("--no-special-tokens") { Description = "Encode texts without special tokens (BOS, EOS)." };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var tokenize = new TokenizeCommand(host);
        var command = new Command("tokenize", "Encode texts and conversations, and decode ids.")
        {
            tokenize._model, tokenize._input, tokenize._json, tokenize._noSpecialTokens,
        };
        tokenize._engine.AddTo(command);
        command.SetAction(tokenize.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var json = result.GetValue(_json)!;
        ResultFile.Check(json);
        var addSpecialTokens = !result.GetValue(_noSpecialTokens);
        var lines = InputFile.Read(result.GetRequiredValue(_input), host.Input, line => TokenizeLine.Parse(line, addSpecialTokens));
        var failed = InputErrors.Report(host.Terminal, lines);
        var results = new TokenizeJson[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            results[i] = new TokenizeJson(lines[i].Id, [], null, null, lines[i].Error);
        }

        if (lines.Any(line => line.Value is not null))
        {
            await using var pipeline = await host.LoadAsync(result.GetRequiredValue(_model), _engine.Read(result), null, cancellationToken);
            await EncodeAsync(pipeline, lines, results, cancellationToken);
            await DecodeAsync(pipeline, lines, results, skipSpecialTokens: false, cancellationToken);
            await DecodeAsync(pipeline, lines, results, skipSpecialTokens: true, cancellationToken);
        }

        foreach (var (line, answer) in lines.Zip(results))
        {
            if (line.Error is null && answer.Error is { } error)
            {
                failed = true;
                host.Terminal.WriteError(error.Code, $"id {line.Id}: {error.Message}");
            }
        }

        await ResultFile.WriteLinesAsync(json, host.Terminal, results.Select(r => r.Write()), cancellationToken);
        return failed ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static async Task EncodeAsync(
        Pipeline pipeline, IReadOnlyList<InputLine<TokenizeLine>> lines, TokenizeJson[] results, CancellationToken cancellationToken)
    {
        int[] chosen = [.. Enumerable.Range(0, lines.Count).Where(i => lines[i].Value?.Prompt is not null)];
        var encoded = await pipeline.TokenizeAsync([.. chosen.Select(i => lines[i].Value!.Prompt!)], cancellationToken);
        foreach (var (i, answer) in chosen.Zip(encoded))
        {
            var text = lines[i].Value!.Prompt!.Text;
            results[i] = results[i] with
            {
                Ids = answer.Ids,
                Text = text,
                Rendered = text is null && answer.ErrorCode is null ? answer.Rendered : null,
                Error = CallError.From(answer.ErrorCode, answer.ErrorMessage),
            };
        }
    }

    private static async Task DecodeAsync(
        Pipeline pipeline,
        IReadOnlyList<InputLine<TokenizeLine>> lines,
        TokenizeJson[] results,
        bool skipSpecialTokens,
        CancellationToken cancellationToken)
    {
        int[] chosen =
        [
            .. Enumerable.Range(0, lines.Count).Where(i => lines[i].Value is { Ids: not null } line && line.SkipSpecialTokens == skipSpecialTokens),
        ];
        var decoded = await pipeline.DetokenizeAsync([.. chosen.Select(i => lines[i].Value!.Ids!)], skipSpecialTokens, cancellationToken);
        foreach (var (i, answer) in chosen.Zip(decoded))
        {
            results[i] = results[i] with
            {
                Ids = lines[i].Value!.Ids!,
                Text = answer.ErrorCode is null ? answer.Text : null,
                Error = CallError.From(answer.ErrorCode, answer.ErrorMessage),
            };
        }
    }
}
