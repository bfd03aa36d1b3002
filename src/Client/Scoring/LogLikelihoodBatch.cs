using LmDeploy.Prompting;
using LmDeploy.V1;
using LmDeploy.Validation;

namespace LmDeploy.Scoring;

/// <summary>Inputs on their way to the supervisor and back: what cannot be sent has its error, and its siblings are not touched.</summary>
internal sealed class LogLikelihoodBatch(IReadOnlyList<LogLikelihoodInput> inputs)
{
    private readonly IReadOnlyList<string?[]> _problems = [.. inputs.Select(ProblemsOf)];

    /// <summary>What can be sent; without inputs when there is nothing.</summary>
    public LogLikelihoodRequest ToRequest(string key)
    {
        var request = new LogLikelihoodRequest { Key = key };
        for (var i = 0; i < inputs.Count; i++)
        {
            if (IsSent(i))
            {
                var sendable = inputs[i].Continuations.Where((_, j) => _problems[i][j] is null);
                request.Inputs.Add(
                    new V1.LogLikelihoodInput
                    {
                        Prompt = inputs[i].Prompt.ToWire(),
                        Continuations = { sendable.Select(continuation => continuation.ToWire()) },
                    });
            }
        }

        return request;
    }

    /// <summary>The answers to what was sent, and the errors of the rest, in the inputs' order.</summary>
    /// <exception cref="LmDeployException">There are more or fewer answers than there should be.</exception>
    public IReadOnlyList<IReadOnlyList<LogLikelihood>> Read(LogLikelihoodResponse response)
    {
        var results = new Queue<LogLikelihoodResult>(response.Results);
        return [.. inputs.Select((_, i) => Read(_problems[i], new Queue<ContinuationScore>(IsSent(i) ? Next(results).Continuations : [])))];
    }

    private static IReadOnlyList<LogLikelihood> Read(string?[] problems, Queue<ContinuationScore> scores) => [.. problems.Select(problem => problem is null
        ? LogLikelihood.FromWire(Next(scores))
        : new LogLikelihood { ErrorCode = ErrorCodes.InvalidRequest, ErrorMessage = problem })];

    private static string?[] ProblemsOf(LogLikelihoodInput input)
        => [.. input.Continuations.Select(continuation => input.Prompt.Problem() ?? continuation.Problem())];

    private static T Next<T>(Queue<T> answers)
        => answers.TryDequeue(out var next)
            ? next
            : throw new LmDeployException(ErrorCodes.InternalError, "The supervisor answered fewer continuations than it was asked for.");

    private bool IsSent(int input) => _problems[input].Contains(null);
}
