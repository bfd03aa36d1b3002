using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Journal;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Requests;

/// <summary>
/// Runs one Generate call over one or more workers. Every event reaches the caller once. Prompts that may have killed a worker continue one at a time
/// in a worker on probation, and rejoin the others once they are cleared. A prompt that kills again is poison.
/// </summary>
internal sealed class GenerationRun(
    Pipeline pipeline, RequestScope scope, GenerationJournal journal, IServerStreamWriter<GenerationEvent> writer, CallFailures failures) : IDisposable
{
    /// <summary>A prompt is cleared after this many tokens on its own.</summary>
    private const int TokensOfProbation = 16;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Trial _trial = new(pipeline, scope, failures);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RefuseAsync(cancellationToken);
        await ServeAsync(Open(Enumerable.Range(0, journal.Count)), cancellationToken);
    }

    public void Dispose() => _writing.Dispose();

    private async Task RefuseAsync(CancellationToken cancellationToken)
    {
        if (pipeline.PoisonList.IsEmpty)
        {
            return;
        }

        for (var index = 0; index < journal.Count; index++)
        {
            if (pipeline.PoisonList.Find(journal[index].Fingerprint) is { } error)
            {
                await FailAsync(index, error, cancellationToken);
            }
        }
    }

    private async Task ServeAsync(IReadOnlyList<int> prompts, CancellationToken cancellationToken)
    {
        while (prompts.Count > 0)
        {
            var worker = await scope.WorkerAsync(cancellationToken);
            try
            {
                await StreamAsync(worker, prompts, () => false, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var cause = await failures.ExplainAsync(pipeline, worker, exception);
                var accused = Accused(prompts, worker, cause);
                if (accused.Count > 0)
                {
                    await WhenAllFailFast(
                        [
                            token => ServeAsync([.. Open(prompts).Except(accused)], token),
                            .. accused.Select(index => (Func<CancellationToken, Task>)(token => TryAsync(index, token))),
                        ],
                        cancellationToken);
                }
            }

            prompts = Open(prompts);
        }
    }

    /// <summary>Lets a prompt run on its own until it is finished, cleared or poisoned.</summary>
    private async Task TryAsync(int index, CancellationToken cancellationToken)
    {
        var prompt = journal[index];
        var cleared = prompt.Generated + TokensOfProbation;
        while (!prompt.IsFinished && prompt.Generated < cleared)
        {
            var guilt = await _trial.RunAsync(
                worker => StreamAsync(worker, [index], () => prompt.Generated >= cleared, cancellationToken),
                failure => !prompt.IsFinished && prompt.IsAccusedOf(failure),
                cancellationToken);
            // One that was answered before its worker died has its last event already.
            if (guilt is not null && !prompt.IsFinished)
            {
                await PoisonAsync(index, guilt.Error, cancellationToken);
            }
        }

        await ServeAsync(Open([index]), cancellationToken);
    }

    /// <summary>Which of the prompts may have killed the worker.</summary>
    /// <exception cref="SupervisorException">It did not die: the call failed for another reason.</exception>
    private List<int> Accused(IEnumerable<int> prompts, WorkerInstance worker, SupervisorException cause)
    {
        if (!worker.Crash.Task.IsCompleted || pipeline.Ended.IsCompleted)
        {
            throw cause;
        }

        return cause.Error.Failure is { } failure ? [.. Open(prompts).Where(index => journal[index].IsAccusedOf(failure))] : [];
    }

    private Task PoisonAsync(int index, Error cause, CancellationToken cancellationToken)
    {
        var prompt = journal[index];
        var failure = cause.Failure.Clone();
        if (failure.Running.Count == 0)
        {
            failure.Running.Add(prompt.Describe());
        }

        return FailAsync(index, pipeline.PoisonList.Poison(prompt.Fingerprint, failure, cause.Message), cancellationToken);
    }

    private Task FailAsync(int index, Error error, CancellationToken cancellationToken) =>
        WriteAsync(new GenerationEvent { Index = index, Finished = journal[index].Fail(error) }, cancellationToken);

    private async Task StreamAsync(WorkerInstance worker, IReadOnlyList<int> prompts, Func<bool> isEnough, CancellationToken cancellationToken)
    {
        var attempt = new GenerationAttempt(journal, prompts);
        var connection = worker.Connection!;
        using var call = connection.Client.Generate(attempt.Request, connection.Call(cancellationToken));
        while (!isEnough() && await call.ResponseStream.MoveNext(cancellationToken))
        {
            var happened = call.ResponseStream.Current;
            if (attempt.Take(happened))
            {
                await WriteAsync(happened, cancellationToken);
            }
        }

        if (!isEnough() && !attempt.IsFinished)
        {
            throw new IOException("The worker ended the call before every prompt was answered.");
        }
    }

    private async Task WriteAsync(GenerationEvent happened, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await writer.WriteAsync(happened, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private List<int> Open(IEnumerable<int> prompts) => [.. prompts.Where(index => !journal[index].IsFinished)];

    /// <summary>Runs tasks concurrently. The first failure cancels the others and is the one that is thrown.</summary>
    private static async Task WhenAllFailFast(IReadOnlyList<Func<CancellationToken, Task>> things, CancellationToken cancellationToken)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = things.Select(thing => thing(all.Token)).ToList();
        Exception? first = null;
        while (running.Count > 0)
        {
            var next = await Task.WhenAny(running);
            running.Remove(next);
            if (!next.IsCompletedSuccessfully && first is null)
            {
                first = next.Exception?.InnerException ?? new OperationCanceledException(all.Token);
                await all.CancelAsync();
            }
        }

        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }
}
