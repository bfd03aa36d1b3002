using Polly;
using Polly.Retry;

namespace LmDeploy.Supervisor.Shortages;

/// <summary>
/// Retries with exponential back-off, without an end, while a <see cref="ResourceShortage"/> lasts. Other failures are thrown at once. Thread-safe.
/// </summary>
internal sealed class ShortageRetry(TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    private readonly ResiliencePipeline _attempts = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } exception && ResourceShortage.Is(exception)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = FirstDelay,
            MaxDelay = LongestDelay,
        })
        .Build();

    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken) =>
        await _attempts.ExecuteAsync(static async (work, _) => await work(), attempt, cancellationToken);

    /// <inheritdoc cref="RunAsync{T}"/>
    public async Task RunAsync(Action attempt, CancellationToken cancellationToken = default) =>
        await _attempts.ExecuteAsync(
            static (work, _) =>
            {
                work();
                return ValueTask.CompletedTask;
            },
            attempt,
            cancellationToken);
}
