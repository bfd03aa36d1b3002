using LmDeploy.V1;

namespace LmDeploy.Worker.Guards;

/// <summary>Says that this process is not frozen, from a thread of its own: the pool's may all be busy.</summary>
internal static class Heartbeat
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public static void Start(FlightRecord flight)
    {
        var never = new ManualResetEvent(initialState: false);
        new Thread(() =>
        {
            do
            {
                flight.Beat();
            }
            while (!never.WaitOne(Interval));
        })
        { Name = "heartbeat", IsBackground = true }.Start();
    }
}
