namespace LmDeploy.Supervisor.Gpu;

/// <summary>Registers what reads the devices.</summary>
internal static class GpuServices
{
    public static IServiceCollection AddGpus(this IServiceCollection services) => services
        .AddSingleton<INvml, Nvml>()
        .AddSingleton<IGpuMonitor, GpuMonitor>();
}
