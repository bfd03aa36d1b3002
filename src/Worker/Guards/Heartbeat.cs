using LmDeploy.V1;

namespace LmDeploy.Worker.Guards;

/// <summary>
/// The heartbeat in the flight record: proves that this process is not frozen. Runs on a dedicated thread, because pool threads may all be busy.
/// </summary>
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
