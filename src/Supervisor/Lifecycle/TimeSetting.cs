using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>Reads times that a request sets.</summary>
internal static class TimeSetting
{
    private const int NanosPerSecond = 1_000_000_000;

    /// <param name="name">As users call it.</param>
    /// <param name="value">Null where it is not set.</param>
    /// <param name="fallback">What is meant then.</param>
    /// <exception cref="SupervisorException">It is out of range. A Duration can also be no time at all: more seconds than a clock has, or a second and minus a
    /// half.</exception>
    public static TimeSpan Read(string name, Duration? value, TimeSpan least, TimeSpan most, TimeSpan fallback)
    {
        if (value is null)
        {
            return fallback;
        }

        var isTime = value.Seconds >= 0 && value.Seconds <= most.TotalSeconds && value.Nanos is >= 0 and < NanosPerSecond;
        if (isTime && value.ToTimeSpan() is var time && time >= least && time <= most)
        {
            return time;
        }

        var milliseconds = (value.Seconds * 1e3) + (value.Nanos / 1e6);
        var message = string.Create(
            CultureInfo.InvariantCulture, $"{name} is {milliseconds} ms: expected {least.TotalMilliseconds} to {most.TotalMilliseconds} ms.");
        throw new SupervisorException(ErrorCodes.InvalidRequest, message, name);
    }
}
