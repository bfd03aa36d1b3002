namespace LmDeploy.Supervisor.Shutdown;

/// <summary>Registers what ends the supervisor, and what it waits for before.</summary>
internal static class ShutdownServices
{
    public static IServiceCollection AddShutdown(this IServiceCollection services, StopSignal stop) => services
        .AddSingleton(stop)
        .AddSingleton<CallGauge>()
        .AddSingleton<RequestGate>();
}
