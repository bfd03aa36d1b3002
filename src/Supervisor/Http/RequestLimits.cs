using LmDeploy.Supervisor.Http.Errors;

namespace LmDeploy.Supervisor.Http;

/// <summary>Limits of one request.</summary>
/// <param name="mostPrompts">Prompts, each counted as often as it is to be answered.</param>
/// <param name="timeout">From its arrival to the last byte of its answer.</param>
internal sealed class RequestLimits(int mostPrompts, TimeSpan timeout, TimeProvider time)
{
    private const long LargestCopies = 128L << 20;

    /// <param name="count">How many answers are asked for.</param>
    /// <param name="field">The field that says so.</param>
    /// <exception cref="ApiException">They are too many.</exception>
    public void CheckPrompts(long count, string field)
    {
        if (count > mostPrompts)
        {
            throw ApiException.Invalid($"The request asks for {count} answers; at most {mostPrompts} can be asked for at once. Send several requests.", field);
        }
    }

    /// <summary>Each answer to a prompt is asked for with a copy of the prompt and of its settings.</summary>
    /// <param name="answers">How many answers are asked for.</param>
    /// <param name="bytesEach">The size of what each is asked for with.</param>
    /// <exception cref="ApiException">All copies together are too large.</exception>
    public static void CheckCopies(long answers, long bytesEach)
    {
        if (answers > 1 && answers * bytesEach > LargestCopies)
        {
            throw ApiException.Invalid(
                $"{answers} answers with {bytesEach} bytes of prompt and settings each are more than {LargestCopies >> 20} MiB. Send several requests.", "n");
        }
    }

    /// <summary>Begins the time that a request has. Disposed by whoever handles it.</summary>
    public RequestDeadline Begin(HttpContext http)
    {
        var deadline = new RequestDeadline(timeout, time, http.RequestAborted);
        deadline.AddTo(http);
        return deadline;
    }
}
