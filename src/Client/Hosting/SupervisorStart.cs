using System.Globalization;
using System.Runtime.Versioning;

namespace LmDeploy.Hosting;

/// <summary>How one supervisor process is started.</summary>
/// <param name="Installation">Where its program lies.</param>
/// <param name="SocketPath">Where it shall listen.</param>
/// <param name="IsOwned">Whether it ends with its standard input; otherwise it leaves its starter and ends when idle.</param>
/// <param name="IdleTimeout">How long it stays with nothing to do; zero for ever.</param>
/// <param name="ClientTimeout">How long a client may be silent before it counts as gone.</param>
/// <param name="Timeout">The time it has to be ready.</param>
[SupportedOSPlatform("linux")]
internal sealed record SupervisorStart(
    Installation Installation, string SocketPath, bool IsOwned, TimeSpan IdleTimeout, TimeSpan ClientTimeout, TimeSpan Timeout)
{
    /// <summary>How many workers without a model it keeps ready.</summary>
    public int Standby { get; init; }

    /// <summary>Whether those have a CUDA context.</summary>
    public bool StandbyCuda { get; init; }

    /// <summary>What a worker is made ready for that starts together with it.</summary>
    public FirstWorkerDevice FirstWorker { get; init; }

    public IEnumerable<string> Arguments
    {
        get
        {
            yield return "--socket";
            yield return SocketPath;
            yield return "--idle-timeout";
            yield return Seconds(IdleTimeout);
            yield return "--client-timeout";
            yield return Seconds(ClientTimeout);
            if (IsOwned)
            {
                yield return "--owned";
            }

            if (Standby > 0)
            {
                yield return "--standby";
                yield return Standby.ToString(CultureInfo.InvariantCulture);
                if (StandbyCuda)
                {
                    yield return "--standby-cuda";
                }
            }

            if (FirstWorker is not FirstWorkerDevice.None)
            {
                yield return "--first-worker";
                yield return FirstWorker is FirstWorkerDevice.Gpu ? "gpu" : "cpu";
            }
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
