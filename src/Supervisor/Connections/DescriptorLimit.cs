using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Native;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Connections;

/// <summary>The limit of open file descriptors (<c>ulimit -n</c>) and its division between pipelines and connections.</summary>
/// <param name="Descriptors">The soft limit.</param>
internal sealed record DescriptorLimit(long Descriptors)
{
    /// <summary>Below this the supervisor does not start: its programs and the loads of a few models would fail at random.</summary>
    public const int Least = 512;

    /// <summary>Reserved descriptors: about 180 for the program's own files, the rest for files that are opened briefly.</summary>
    public const int Reserve = 320;

    /// <summary>Descriptors of a pipeline's worker: pipes, sockets, a pidfd, and those that its start and its end need for a moment.</summary>
    public const int PerPipeline = 32;

    private const int LeastConnections = 32;

    /// <summary>Raises the soft limit to the hard one and reads it.</summary>
    /// <exception cref="SupervisorException">It is below <see cref="Least"/>.</exception>
    public static DescriptorLimit Raise()
    {
        var limit = new DescriptorLimit(LibC.RaiseDescriptorLimit());
        return limit.Descriptors >= Least
            ? limit
            : throw new SupervisorException(
                ErrorCodes.InvalidRequest,
                $"This process may open {limit.Descriptors} files at once; it needs {Least} or more: raise the limit (ulimit -n, LimitNOFILE=).",
                "ulimit -n");
    }

    /// <summary>The most connections beside a number of pipelines.</summary>
    public int ConnectionsBeside(int pipelines) => (int)Math.Clamp(Descriptors - Reserve - ((long)PerPipeline * pipelines), LeastConnections, int.MaxValue);
}
