using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>
/// Reports the supervisor's state to its service manager as systemd's sd_notify does: a datagram to the Unix socket in NOTIFY_SOCKET. Does nothing
/// without that variable, and ignores an unreachable manager. Thread-safe.
/// </summary>
/// <param name="socket">The path of its socket, or a name that begins with <c>@</c>; null for no manager.</param>
/// <param name="watchdog">The watchdog interval: the longest time without a sign of life; null for no watchdog.</param>
internal sealed class ServiceManager(string? socket, TimeSpan? watchdog, TimeProvider time) : IDisposable
{
    private ITimer? _signs;
    private int _isLooking;

    /// <summary>The one that the environment names.</summary>
    /// <param name="read">Reads a variable of the environment.</param>
    public static ServiceManager Find(Func<string, string?> read, TimeProvider time)
    {
        var isMeant = read("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var watchdog = isMeant
            && long.TryParse(read("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : (TimeSpan?)null;
        return new ServiceManager(read("NOTIFY_SOCKET") is { Length: > 0 } socket ? socket : null, watchdog, time);
    }

    /// <summary>Reports readiness, and from then on a sign of life twice in each watchdog interval.</summary>
    /// <param name="look">The health check, on a thread of the pool. While it throws or does not return, no sign of life is sent, and in the end the
    /// manager restarts the supervisor.</param>
    public void Ready(Action look)
    {
        Send("READY=1");
        if (socket is not null && watchdog is { } longest)
        {
            _signs = time.CreateTimer(_ => ShowLife(look), null, longest / 2, longest / 2);
        }
    }

    /// <summary>Reports that the shutdown has begun.</summary>
    public void Stopping() => Send("STOPPING=1");

    public void Dispose() => _signs?.Dispose();

    private void ShowLife(Action look)
    {
        if (Interlocked.Exchange(ref _isLooking, 1) == 1)
        {
            return; // The look before has not come back.
        }

        try
        {
            look();
            Send("WATCHDOG=1");
        }
        catch (Exception)
        {
            // No sign of life is sent: the watchdog reacts to silence.
        }

        Volatile.Write(ref _isLooking, 0);
    }

    private void Send(string state)
    {
        if (socket is null)
        {
            return;
        }

        try
        {
            using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            sender.Blocking = false;
            sender.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(socket[0] == '@' ? '\0' + socket[1..] : socket));
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // The manager is gone, or the path is no socket: serving continues.
        }
    }
}
