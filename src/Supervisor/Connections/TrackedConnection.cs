using Microsoft.AspNetCore.Connections;

namespace LmDeploy.Supervisor.Connections;

/// <summary>
/// One connection as the <see cref="ConnectionTable"/> knows it. A feature of its requests. All but <see cref="Closed"/> is guarded by the table.
/// </summary>
internal sealed class TrackedConnection(ConnectionContext context, long accepted)
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConnectionContext Context => context;

    /// <summary>The timestamp of its acceptance.</summary>
    public long Accepted => accepted;

    /// <summary>Requests under way.</summary>
    public int Requests { get; set; }

    /// <summary>Its place in one of the table's lists of idle connections; null while it has a request, and once it is being closed.</summary>
    public LinkedListNode<TrackedConnection>? Place { get; set; }

    /// <summary>Completes when the server has let go of it.</summary>
    public Task Closed => _closed.Task;

    public void NoteClosed() => _closed.TrySetResult();
}
