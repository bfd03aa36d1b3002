using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;
using Polly;
using Polly.Retry;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>
/// The restart policy: runs one worker after the other. A worker that served before its crash is replaced at once. Otherwise the first restart is
/// immediate, and later ones use an exponential back-off from <see cref="FirstDelay"/> to <see cref="LongestDelay"/> with jitter, so that workers
/// that crashed together do not restart together. <see cref="RestartIntensity"/> ends the restarts.
/// </summary>
internal sealed class RestartPolicy
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly ResiliencePipeline _backOff;
    private readonly RestartIntensity _intensity;
    private readonly Action<TimeSpan> _onRestart;

    /// <param name="intensity">Owned.</param>
    /// <param name="onRestart">Called before each life but the first, with the time until it begins.</param>
    /// <param name="time">What the waits go by.</param>
    public RestartPolicy(RestartIntensity intensity, Action<TimeSpan> onRestart, TimeProvider time)
    {
        _intensity = intensity;
        _onRestart = onRestart;
        _backOff = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<WorkerDeathException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstDelay,
                MaxDelay = LongestDelay,
                DelayGenerator = static arguments => ValueTask.FromResult<TimeSpan?>(arguments.AttemptNumber == 0 ? TimeSpan.Zero : null),
                OnRetry = arguments =>
                {
                    onRestart(arguments.RetryDelay);
                    return default;
                },
            })
            .Build();
    }

    /// <summary>Whether a failed start is worth a retry. Errors in the model folder, the settings or the programs are permanent.</summary>
    public static bool IsWorthRetrying(Error startFailure) =>
        startFailure.Code is ErrorCodes.WorkerCrashed or ErrorCodes.WorkerStartFailed or ErrorCodes.InternalError or ErrorCodes.InsufficientMemory
        && startFailure.Failure is not { ExitCode: Protocol.ExitForGood };

    /// <summary>Lives until there is to be no other worker.</summary>
    /// <param name="live">Starts a worker and completes when it has died and its remains are cleared away.</param>
    /// <returns>What the pipeline fails with.</returns>
    /// <exception cref="OperationCanceledException">The pipeline was told to end.</exception>
    public async Task<SupervisorException> RunAsync(Func<CancellationToken, Task<WorkerDeath>> live, CancellationToken stopping)
    {
        while (true)
        {
            var end = await _backOff.ExecuteAsync(
                async token =>
                {
                    var death = await live(token);
                    return (death.IsFinal, _intensity.Allows(death.Cause), death.HasServed) switch
                    {
                        (true, _, _) => death.Cause,
                        (_, false, _) => _intensity.GiveUp(),
                        (_, _, true) => null,
                        _ => throw new WorkerDeathException(death),
                    };
                },
                stopping);
            if (end is not null)
            {
                return end;
            }

            _onRestart(TimeSpan.Zero);
        }
    }
}
