using System.CommandLine;
using System.Text.Json;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy reward</c>: a reward model's scores.</summary>
internal static class RewardCommand
{
    public static Command Create(CliHost host)
    {
        var lines = new LineBatch(
            host, "one of prompt, messages, input_ids; conversations end without the opening of another turn unless add_generation_prompt is true");
        var command = new Command("reward", "Score conversations with a reward model.");
        lines.AddTo(command);
        command.SetAction((result, cancellationToken) => lines.RunAsync(
            result,
            (line, raw) => LinePrompts.Read(line, raw) with { AddGenerationPrompt = line.IsSet("add_generation_prompt", otherwise: false) },
            (pipeline, prompts) => pipeline.GetRewardScoreAsync(Prompts.From(prompts), cancellationToken),
            score => CallError.From(score.ErrorCode, score.ErrorMessage) is { } error ? [error] : [],
            Write,
            cancellationToken));
        return command;
    }

    private static void Write(Utf8JsonWriter json, RewardScore? score, CallError? error)
    {
        json.WriteOptional("score", score is { ErrorCode: null } ? score.Score : null);
        json.WriteNumber("input_token_len", score?.InputTokenLen ?? 0);
        json.WriteError("error", error ?? CallError.From(score?.ErrorCode, score?.ErrorMessage));
    }
}
