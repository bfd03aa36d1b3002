namespace LmDeploy.Supervisor.Shutdown;

/// <summary>Registers the stop signal and the drain.</summary>
internal static class ShutdownServices
{
    public static IServiceCollection AddShutdown(this IServiceCollection services, StopSignal stop) => services
        .AddSingleton(stop)
        .AddSingleton<DrainEnd>()
        .AddSingleton<CallGauge>()
        .AddSingleton<RequestGate>();
}
