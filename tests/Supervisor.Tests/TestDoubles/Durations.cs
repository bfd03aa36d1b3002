using Google.Protobuf.WellKnownTypes;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>Times as the contract has them.</summary>
internal static class Durations
{
    public static Duration Milliseconds(double milliseconds) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds));
}
