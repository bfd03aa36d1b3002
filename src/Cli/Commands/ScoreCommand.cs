using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy score</c>: how probable given continuations of prompts are.</summary>
internal static class ScoreCommand
{
    public static Command Create(CliHost host)
    {
        var lines = new LineBatch(host, "one of prompt, messages, input_ids, and continuations (texts or arrays of token ids)");
        var command = new Command("score", "Compute the log-likelihood of given continuations of prompts.");
        lines.AddTo(command);
        command.SetAction((result, cancellationToken) => lines.RunAsync(
            result,
            ScoreLine.Parse,
            (pipeline, inputs) => pipeline.GetLogLikelihoodAsync(inputs, cancellationToken),
            scores => scores.Select(score => CallError.From(score.ErrorCode, score.ErrorMessage)).OfType<CallError>(),
            LogLikelihoodJson.Write,
            cancellationToken));
        return command;
    }
}
