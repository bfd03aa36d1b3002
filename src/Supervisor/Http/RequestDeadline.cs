using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http;

/// <summary>Ends a request when its caller has gone or its time is over.</summary>
internal sealed class RequestDeadline : IDisposable
{
    private static readonly object _item = new();

    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;

    public RequestDeadline(TimeSpan timeout, TimeProvider time, CancellationToken aborted)
    {
        _timeout = timeout;
        _late = new CancellationTokenSource(timeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _late.Token);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>The one that a request has begun; null when it has none.</summary>
    public static RequestDeadline? Of(HttpContext http) => http.Items[_item] as RequestDeadline;

    public void AddTo(HttpContext http) => http.Items[_item] = this;

    /// <summary>Maps a failure after the deadline to the timeout error.</summary>
    public Exception Explain(Exception exception) => _late.IsCancellationRequested
        ? new ApiException(
            StatusCodes.Status408RequestTimeout,
            ApiErrorCodes.RequestTimeout,
            $"The request took longer than {_timeout.TotalSeconds:0.###} s (--request-timeout).")
        : exception;

    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
    }
}
